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
import { NotUnderstood, WordReader } from "./wordReader.ts";

/** 64 KB of UTF-16 units: more is a program in a string, and no command of a backlog is as long. */
const MAX_LENGTH = 65_536;
/** Deeper than any command that is meant to be read. */
const MAX_DEPTH = 40;
const REDIRECTION = /^(?:\d*(?:<<<|<<-?|<>|<&|<|>>|>&|>\||>)|&>>?)/u;
/** Words that begin something this reader does not follow. */
const NOT_READ = new Set(["case", "select", "function", "coproc"]);
const CLOSING = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}"]);

/**
 * Reads a command line of bash, quoting, lists, pipelines, groups, substitutions, here documents, `if` and loops
 * included. Undefined: it is not understood, which says nothing about whether it works.
 */
export function parseCommandLine(text: string): CommandList | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    return new CommandReader(text, 0).readAll();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

class CommandReader extends WordReader {
  private readonly depth: number;
  /** Ends of here documents whose bodies begin after the next line end. */
  private awaitedBodies: { readonly end: string; readonly indented: boolean }[] = [];
  private nesting = 0;

  constructor(text: string, depth: number) {
    super(text);
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

  protected override readParenthesized(): CommandList {
    this.expect("(");
    const list = this.readList(() => false);
    this.expect(")");
    return list;
  }

  protected override readNested(text: string): CommandList {
    return new CommandReader(text, this.depth + this.nesting).readAll();
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

  private skipSpaceAndLines(): void {
    for (this.skipSpace(); this.text[this.at] === "\n"; this.skipSpace()) {
      this.at++;
      this.skipBodies();
    }
  }

  private expect(token: string): void {
    this.skipSpaceAndLines();
    if (token === "" || !this.text.startsWith(token, this.at)) throw new NotUnderstood();
    this.at += token.length;
  }
}
