import type {
  Command,
  CommandList,
  Compound,
  Group,
  ListItem,
  Pipeline,
  Redirection,
  SimpleCommand,
  Word,
} from "./syntax.ts";

/** Deeper than any command that is meant to be read. */
const MAX_DEPTH = 40;
const REDIRECTION = /^(?:\d*(?:<<<|<<-?|<>|<&|<|>>|>&|>\||>)|&>>?)/u;
const BLANK = /[ \t]|\\\n/uy;
/** Ends a word outside quotes. */
const WORD_END = /[\s;&|<>()]/u;
/** `[` alone is a program. */
const CLASS = /^\[[^\s\]]+\]/u;
/** Words that begin something this reader does not follow. */
const NOT_READ = new Set(["case", "select", "function", "coproc"]);
const CLOSING = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}"]);

/**
 * Reads a command line of bash, quoting, lists, pipelines, groups, substitutions, here documents, `if` and loops
 * included. Undefined: it is not understood, which says nothing about whether it works.
 */
export function parseCommandLine(text: string): CommandList | undefined {
  try {
    return new Reader(text, 0).readAll();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class NotUnderstood extends Error {}

class Reader {
  private readonly text: string;
  private readonly depth: number;
  private at = 0;
  /** Ends of here documents whose bodies begin after the next line end. */
  private awaitedBodies: { readonly end: string; readonly indented: boolean }[] = [];
  private nesting = 0;

  constructor(text: string, depth: number) {
    this.text = text;
    this.depth = depth;
  }

  readAll(): CommandList {
    const list = this.readList(() => false);
    this.skipSpace();
    if (this.at < this.text.length) throw new NotUnderstood();
    return list;
  }

  /** Up to a closing parenthesis, the end, or a word of the caller's construct. */
  private readList(isEnd: (word: string) => boolean): CommandList {
    if (++this.nesting + this.depth > MAX_DEPTH) throw new NotUnderstood();
    const items: ListItem[] = [];
    for (;;) {
      this.skipSpaceAndLines();
      const word = this.peekWord();
      if (this.at >= this.text.length || this.text[this.at] === ")" || isEnd(word)) break;
      if (CLOSING.has(word)) throw new NotUnderstood();
      items.push(this.readItem());
    }
    this.nesting--;
    return items;
  }

  private readItem(): ListItem {
    const first = this.readPipeline();
    const rest: { operator: "&&" | "||"; pipeline: Pipeline }[] = [];
    for (;;) {
      const operator = this.takeAny("&&", "||");
      if (operator === undefined) break;
      this.skipSpaceAndLines();
      rest.push({ operator, pipeline: this.readPipeline() });
    }
    const end = this.takeAny("&", ";", "\n");
    if (end === "\n") this.skipBodies();
    return { first, rest, inBackground: end === "&" };
  }

  private readPipeline(): Pipeline {
    let negated = false;
    for (this.skipSpace(); this.peekWord() === "!"; this.skipSpace()) {
      this.at++;
      negated = !negated;
    }
    const commands = [this.readCommand()];
    while (this.text.slice(this.at, this.at + 2) !== "||" && this.takeAny("|&", "|") !== undefined) {
      this.skipSpaceAndLines();
      commands.push(this.readCommand());
    }
    return { negated, commands };
  }

  private readCommand(): Command {
    this.skipSpace();
    const word = this.peekWord();
    if (this.text.startsWith("((", this.at) || NOT_READ.has(word)) throw new NotUnderstood();
    if (this.text[this.at] === "(") return this.readGroup("(");
    if (word === "{") return this.readGroup("{");
    if (word === "if") return this.readCompound("fi", new Set(["then", "elif", "else"]));
    if (word === "while" || word === "until") return this.readCompound("done", new Set(["do"]));
    if (word === "for") return this.readFor();
    return this.readSimple();
  }

  private readGroup(opening: "(" | "{"): Group {
    this.at++;
    const list = this.readList((word) => opening === "{" && word === "}");
    this.expect(opening === "(" ? ")" : "}");
    return { kind: "group", list, redirections: this.readRedirections() };
  }

  private readCompound(end: string, separators: ReadonlySet<string>): Compound {
    const lists: CommandList[] = [];
    for (let word = this.peekWord(); word !== end; word = this.peekWord()) {
      this.expect(word);
      lists.push(this.readList((next) => next === end || separators.has(next)));
    }
    this.expect(end);
    return { kind: "compound", lists, redirections: this.readRedirections() };
  }

  /** The words looped over may hold commands too; they are kept as one that does nothing. */
  private readFor(): Compound {
    this.expect("for");
    const words: Word[] = [];
    for (this.skipSpace(); !/[;\n]/u.test(this.text[this.at] ?? ";"); this.skipSpace()) words.push(this.readWord());
    this.takeAny(";", "\n");
    this.skipSpaceAndLines();
    if (this.peekWord() !== "do") throw new NotUnderstood();
    const body = this.readCompound("done", new Set(["do"]));
    const loop = words.flatMap((word) => word.substitutions);
    return { ...body, lists: [...loop, ...body.lists] };
  }

  private readSimple(): SimpleCommand {
    const assignments: Word[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.skipSpace();
      const redirection = this.readRedirection();
      if (redirection) {
        redirections.push(redirection);
        continue;
      }
      const next = this.text[this.at];
      if (next === undefined || /[;&|)\n]/u.test(next)) break;
      // `name()` begins a function, and so does any parenthesis after a word.
      if (next === "(") throw new NotUnderstood();
      const word = words[0]?.text === "[[" ? this.readTestWord() : this.readWord();
      if (words.length === 0 && /^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=/u.test(word.text)) assignments.push(word);
      else words.push(word);
      if (words[0]?.text === "[[" && word.text === "]]") break;
    }
    if (assignments.length + words.length + redirections.length === 0) throw new NotUnderstood();
    return { kind: "simple", assignments, words, redirections };
  }

  private readRedirections(): readonly Redirection[] {
    const redirections: Redirection[] = [];
    for (;;) {
      this.skipSpace();
      const redirection = this.readRedirection();
      if (!redirection) return redirections;
      redirections.push(redirection);
    }
  }

  private readRedirection(): Redirection | undefined {
    const found = REDIRECTION.exec(this.text.slice(this.at, this.at + 12))?.[0];
    // `<(…)` is a word.
    if (found === undefined || (/^[<>]$/u.test(found) && this.text[this.at + 1] === "(")) return undefined;
    this.at += found.length;
    this.skipSpace();
    const operator = found.replace(/^\d+/u, "");
    const target = this.readWord();
    if (operator === "<<" || operator === "<<-") {
      this.awaitedBodies.push({ end: target.text, indented: operator === "<<-" });
    }
    return { operator, target };
  }

  /** In `[[ … ]]` operators are words like others. */
  private readTestWord(): Word {
    const operator = /^(?:&&|\|\||[()<>!])/u.exec(this.text.slice(this.at, this.at + 2))?.[0];
    if (operator === undefined) return this.readWord();
    this.at += operator.length;
    return { text: operator, isPlain: true, substitutions: [] };
  }

  private readWord(): Word {
    const start = this.at;
    const substitutions: CommandList[] = [];
    let text = "";
    let isPlain = true;
    const expand = (from: number) => {
      text += this.text.slice(from, this.at);
      isPlain = false;
    };
    for (let character = this.text[this.at]; character !== undefined; character = this.text[this.at]) {
      const from = this.at;
      if (/[<>]/u.test(character) && this.text[this.at + 1] === "(") {
        this.at++;
        substitutions.push(this.readParenthesized());
        expand(from);
      } else if (WORD_END.test(character)) break;
      else if (character === "'") text += this.readSingleQuoted();
      else if (character === "$" && this.text[this.at + 1] === "'") throw new NotUnderstood();
      else if (character === '"') {
        const quoted = this.readDoubleQuoted();
        text += quoted.text;
        isPlain &&= quoted.isPlain;
        substitutions.push(...quoted.substitutions);
      } else if (character === "\\") {
        text += this.text[this.at + 1] === "\n" ? "" : (this.text[this.at + 1] ?? "");
        this.at += 2;
      } else if (character === "$" || character === "`") {
        substitutions.push(...this.readExpansion());
        expand(from);
      } else {
        if (/[*?~]/u.test(character) || (character === "[" && CLASS.test(this.text.slice(from, from + 64))))
          isPlain = false;
        text += character;
        this.at++;
      }
    }
    if (this.at === start) throw new NotUnderstood();
    return { text, isPlain, substitutions };
  }

  private readSingleQuoted(): string {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) throw new NotUnderstood();
    const text = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return text;
  }

  private readDoubleQuoted(): Word {
    const substitutions: CommandList[] = [];
    let text = "";
    let isPlain = true;
    this.at++;
    for (let character = this.text[this.at]; character !== '"'; character = this.text[this.at]) {
      if (character === undefined) throw new NotUnderstood();
      const from = this.at;
      if (character === "\\") {
        const next = this.text[this.at + 1] ?? "";
        text += /[$`"\\]/u.test(next) ? next : next === "\n" ? "" : `\\${next}`;
        this.at += 2;
      } else if (character === "$" || character === "`") {
        substitutions.push(...this.readExpansion());
        text += this.text.slice(from, this.at);
        isPlain &&= this.at - from === 1;
      } else {
        text += character;
        this.at++;
      }
    }
    this.at++;
    return { text, isPlain, substitutions };
  }

  /** `$NAME`, `${…}`, `$(…)`, `$((…))`, or backquotes; the commands in it. */
  private readExpansion(): readonly CommandList[] {
    if (this.text[this.at] === "`") {
      const end = this.text.indexOf("`", this.at + 1);
      if (end < 0) throw new NotUnderstood();
      const inner = new Reader(this.text.slice(this.at + 1, end), this.depth + this.nesting).readAll();
      this.at = end + 1;
      return [inner];
    }
    this.at++;
    if (this.text.startsWith("((", this.at)) return this.skipPast("))");
    if (this.text[this.at] === "(") return [this.readParenthesized()];
    if (this.text[this.at] === "{") return this.skipPast("}");
    const name = /^(?:[A-Za-z_]\w*|[\d?$!#@*-])/u.exec(this.text.slice(this.at, this.at + 256))?.[0];
    this.at += name?.length ?? 0;
    return [];
  }

  private readParenthesized(): CommandList {
    this.expect("(");
    const list = this.readList(() => false);
    this.expect(")");
    return list;
  }

  private skipPast(end: string): readonly CommandList[] {
    const found = this.text.indexOf(end, this.at);
    if (found < 0) throw new NotUnderstood();
    this.at = found + end.length;
    return [];
  }

  /** The bodies of here documents are data. */
  private skipBodies(): void {
    for (const { end, indented } of this.awaitedBodies) {
      for (let line: string | undefined; line !== end; ) {
        if (this.at >= this.text.length) return;
        const lineEnd = this.text.indexOf("\n", this.at);
        const next = lineEnd < 0 ? this.text.length : lineEnd;
        line = this.text.slice(this.at, next);
        if (indented) line = line.replace(/^\t+/u, "");
        this.at = next + 1;
      }
    }
    this.awaitedBodies = [];
  }

  private skipSpace(): void {
    for (;;) {
      BLANK.lastIndex = this.at;
      const blank = BLANK.exec(this.text);
      if (!blank) break;
      this.at += blank[0].length;
    }
    if (this.text[this.at] !== "#" || !/^$|[\s;&|()]/u.test(this.text[this.at - 1] ?? "")) return;
    const end = this.text.indexOf("\n", this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  private skipSpaceAndLines(): void {
    for (this.skipSpace(); this.text[this.at] === "\n"; this.skipSpace()) {
      this.at++;
      this.skipBodies();
    }
  }

  /** The unquoted word that stands here, without taking it. */
  private peekWord(): string {
    return /^[^\s;&|<>()'"\\$`]*(?=$|[\s;&|<>()])/u.exec(this.text.slice(this.at, this.at + 64))?.[0] ?? "";
  }

  private takeAny<Token extends string>(...tokens: readonly Token[]): Token | undefined {
    this.skipSpace();
    const token = tokens.find((candidate) => this.text.startsWith(candidate, this.at));
    this.at += token?.length ?? 0;
    return token;
  }

  private expect(token: string): void {
    this.skipSpaceAndLines();
    if (token === "" || !this.text.startsWith(token, this.at)) throw new NotUnderstood();
    this.at += token.length;
  }
}
