import type { CommandList, Word } from "./syntax.ts";

/** Thrown inside the reader only. */
export class NotUnderstood extends Error {}

const BLANK = /[ \t]|\\\n/uy;
/** Ends a word outside quotes. */
const WORD_END = /[\s;&|<>()]/u;
/** `[` alone is a program. */
const CLASS = /^\[[^\s\]]+\]/u;

/** Reads words with their quotes and expansions; what stands in `$(…)` is for the reader of commands. */
export abstract class WordReader {
  protected readonly text: string;
  protected at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** From an opening to its closing parenthesis. */
  protected abstract readParenthesized(): CommandList;
  /** The commands of a text of their own. */
  protected abstract readNested(text: string): CommandList;

  protected readWord(): Word {
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
      const inner = this.readNested(this.text.slice(this.at + 1, end));
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

  private skipPast(end: string): readonly CommandList[] {
    const found = this.text.indexOf(end, this.at);
    if (found < 0) throw new NotUnderstood();
    this.at = found + end.length;
    return [];
  }

  protected skipSpace(): void {
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

  /** The unquoted word that stands here, without taking it. */
  protected peekWord(): string {
    return /^[^\s;&|<>()'"\\$`]*(?=$|[\s;&|<>()])/u.exec(this.text.slice(this.at, this.at + 64))?.[0] ?? "";
  }

  protected takeAny<Token extends string>(...tokens: readonly Token[]): Token | undefined {
    this.skipSpace();
    const token = tokens.find((candidate) => this.text.startsWith(candidate, this.at));
    this.at += token?.length ?? 0;
    return token;
  }
}
