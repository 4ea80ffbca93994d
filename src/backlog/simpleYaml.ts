/*
 * A fast reader for the YAML that backlogs are written in: block mappings and lists, scalars on one line, literal
 * blocks, lists and mappings in brackets on one line. It reads about twenty times as fast as the yaml library, whose
 * reading of 10,000 tasks takes longer than everything else. Whatever it is not certain of, an error above all, it
 * leaves to the library: what it does read has the same values at the same places (tests/sweeps/simpleYaml.ts).
 */

/** A value, and where it begins. Mappings and lists have their parts as well. */
export interface SimpleNode {
  readonly value: unknown;
  /** Offset of its first character. */
  readonly start: number;
  readonly items?: readonly SimpleNode[];
  readonly entries?: ReadonlyMap<string, SimpleEntry>;
}

export interface SimpleEntry {
  readonly keyStart: number;
  readonly node: SimpleNode;
}

/** The root of a document that is a mapping in this simple form; undefined: ask the library. */
export function readSimpleYaml(text: string): SimpleNode | undefined {
  if (NOT_SIMPLE.test(text)) return undefined;
  try {
    return new SimpleReader(text).readDocument();
  } catch (error) {
    if (error instanceof NotSimple) return undefined;
    throw error;
  }
}

class NotSimple extends Error {}

/** Tabs, other line ends, control characters, and lone halves of surrogate pairs. */
const NOT_SIMPLE = /[^\P{Cc}\n]|[\u2028\u2029\uFEFF\p{Cs}]/u;
/** The library takes keys of up to 1,024 characters; ours are short. */
const KEY = /([A-Za-z_][\w-]{0,63}):(?: +|(?=\n|$))/y;
/** Keys that JavaScript objects treat in their own way. */
const SPECIAL_KEYS = new Set(["__proto__", "constructor"]);
const MAX_DEPTH = 12;
/** What may begin a text that is neither quoted nor anything else. */
const PLAIN_START = /[A-Za-z_/.\d]/u;
const OTHER_THAN_TEXT = /^(?:true|false|null|~|\.(?:inf|nan)|[-+.\d].*)$/iu;
const FLOW_PLAIN = /[A-Za-z_/.\d][^,[\]{}:#"'&*!|>%@`?]*/y;
const DOUBLE_QUOTED = /"(?:[^"\\]|\\["\\/bfnrt])*"/y;
const SINGLE_QUOTED = /'(?:[^']|'')*'/y;

interface Line {
  readonly start: number;
  readonly end: number;
  readonly indent: number;
}

class SimpleReader {
  private readonly text: string;
  /** The next line that is neither blank nor a comment. */
  private line: Line | undefined;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
    this.line = this.lineFrom(0);
  }

  readDocument(): SimpleNode {
    if (this.line === undefined || this.line.indent !== 0) throw new NotSimple();
    const root = this.readMapping(this.line.start, 0);
    if (this.line !== undefined) throw new NotSimple();
    return root;
  }

  /** Entries that begin at column `indent`; the first at `start`, on the current line. */
  private readMapping(start: number, indent: number): SimpleNode {
    const value: Record<string, unknown> = {};
    const entries = new Map<string, SimpleEntry>();
    this.enter();
    for (let keyStart = start; ; ) {
      KEY.lastIndex = keyStart;
      const match = KEY.exec(this.text);
      const key = match?.[1];
      const valueStart = keyStart + (match?.[0].length ?? 0);
      if (key === undefined || valueStart > this.current().end || entries.has(key) || SPECIAL_KEYS.has(key)) {
        throw new NotSimple();
      }
      if (OTHER_THAN_TEXT.test(key)) throw new NotSimple();
      const node = this.readValue(valueStart, indent, true);
      value[key] = node.value;
      entries.set(key, { keyStart, node });
      if (this.line === undefined || this.line.indent < indent) break;
      if (this.line.indent > indent || this.isListItem(this.line)) {
        if (this.line.indent === indent) break;
        throw new NotSimple();
      }
      keyStart = this.line.start + indent;
    }
    this.depth--;
    return { value, start, entries };
  }

  /** Items whose dash is at column `indent`. */
  private readList(indent: number): SimpleNode {
    const items: SimpleNode[] = [];
    const start = this.current().start + indent;
    this.enter();
    while (this.line !== undefined && this.line.indent === indent && this.isListItem(this.line)) {
      const itemStart = this.skipSpaces(this.line.start + indent + 1);
      if (itemStart >= this.line.end) throw new NotSimple();
      KEY.lastIndex = itemStart;
      items.push(
        KEY.test(this.text) && KEY.lastIndex <= this.line.end
          ? this.readMapping(itemStart, itemStart - this.line.start)
          : this.readValue(itemStart, indent, false),
      );
    }
    if (this.line !== undefined && this.line.indent > indent) throw new NotSimple();
    this.depth--;
    return { value: items.map((item) => item.value), start, items };
  }

  /** What stands at `at`, or on the lines below. Leaves the reader at the first line after it. */
  private readValue(at: number, indent: number, mayBeBelow: boolean): SimpleNode {
    const { end } = this.current();
    const character = at < end ? this.text[at] : undefined;
    if (character === undefined || character === "#") {
      if (!mayBeBelow) throw new NotSimple();
      return this.readBelow(end, indent);
    }
    if (character === "|") return this.readLiteral(at, indent);
    const inline = /["'[{]/u.test(character) ? this.readFlow(at, end) : this.readPlain(at, end);
    this.line = this.lineFrom(end + 1);
    // A line further in goes on with the same scalar.
    if (this.line !== undefined && this.line.indent > indent) throw new NotSimple();
    return inline;
  }

  private readBelow(end: number, indent: number): SimpleNode {
    this.line = this.lineFrom(end + 1);
    if (this.line === undefined) throw new NotSimple();
    const below = this.line.indent;
    if (this.isListItem(this.line) && below >= indent) return this.readList(below);
    if (below > indent) return this.readMapping(this.line.start + below, below);
    throw new NotSimple();
  }

  private readPlain(at: number, end: number): SimpleNode {
    const line = this.text.slice(at, end);
    const comment = line.indexOf(" #");
    const written = withoutSpacesAfter(comment < 0 ? line : line.slice(0, comment));
    if (!PLAIN_START.test(written[0] ?? "") || written.includes(": ") || written.endsWith(":")) throw new NotSimple();
    return { value: plainValue(written), start: at };
  }

  /** `|` and `|-`, whose text is indented by as much as its first line. */
  private readLiteral(at: number, indent: number): SimpleNode {
    const { end } = this.current();
    const header = this.text.slice(at, end);
    if (header !== "|" && header !== "|-") throw new NotSimple();
    const lines: string[] = [];
    let column = -1;
    let next = end + 1;
    for (; next <= this.text.length; ) {
      const lineEnd = this.endOfLine(next);
      const content = this.text.slice(next, lineEnd);
      const own = content.search(/[^ ]/u);
      if (own < 0 && content !== "") throw new NotSimple();
      if (own >= 0) {
        if (column < 0) column = own;
        if (own < column) {
          // Further in than what it belongs to and less than its first line: an error, or a comment.
          if (own > indent || column <= indent) throw new NotSimple();
          break;
        }
      }
      lines.push(own < 0 ? "" : content.slice(column));
      next = lineEnd + 1;
    }
    if (column <= indent) throw new NotSimple();
    while (lines.at(-1) === "") lines.pop();
    this.line = this.lineFrom(next);
    return { value: lines.join("\n") + (header === "|" ? "\n" : ""), start: at };
  }

  /** A quoted text, a list or a mapping in brackets that ends on its line, with nothing but a comment after it. */
  private readFlow(at: number, end: number): SimpleNode {
    const flow = { at, end };
    const node = this.readFlowValue(flow);
    if (!/^(?: *| +#.*)$/u.test(this.text.slice(flow.at, end))) throw new NotSimple();
    return node;
  }

  private readFlowValue(flow: { at: number; readonly end: number }): SimpleNode {
    const start = flow.at;
    switch (this.text[start]) {
      case '"':
        return { value: JSON.parse(this.take(DOUBLE_QUOTED, flow)), start };
      case "'":
        return { value: this.take(SINGLE_QUOTED, flow).slice(1, -1).replaceAll("''", "'"), start };
      case "[":
        return this.readFlowList(flow);
      case "{":
        return this.readFlowMapping(flow);
      default: {
        const written = withoutSpacesAfter(this.take(FLOW_PLAIN, flow));
        return { value: plainValue(written), start };
      }
    }
  }

  private readFlowList(flow: { at: number; readonly end: number }): SimpleNode {
    const start = flow.at;
    const items: SimpleNode[] = [];
    this.readFlowParts(flow, "]", () => items.push(this.readFlowValue(flow)));
    return { value: items.map((item) => item.value), start, items };
  }

  private readFlowMapping(flow: { at: number; readonly end: number }): SimpleNode {
    const start = flow.at;
    const value: Record<string, unknown> = {};
    const entries = new Map<string, SimpleEntry>();
    this.readFlowParts(flow, "}", () => {
      const keyStart = flow.at;
      const [, key = ""] = /^([A-Za-z_][\w-]*): +$/u.exec(this.take(KEY, flow)) ?? [];
      if (key === "" || entries.has(key) || SPECIAL_KEYS.has(key) || OTHER_THAN_TEXT.test(key)) throw new NotSimple();
      const node = this.readFlowValue(flow);
      value[key] = node.value;
      entries.set(key, { keyStart, node });
    });
    return { value, start, entries };
  }

  private readFlowParts(flow: { at: number; readonly end: number }, closing: string, readPart: () => unknown): void {
    this.enter();
    flow.at = this.skipSpaces(flow.at + 1);
    while (this.text[flow.at] !== closing) {
      readPart();
      flow.at = this.skipSpaces(flow.at);
      if (this.text[flow.at] === ",") {
        flow.at = this.skipSpaces(flow.at + 1);
        if (this.text[flow.at] === closing) throw new NotSimple();
      } else if (this.text[flow.at] !== closing) throw new NotSimple();
    }
    flow.at++;
    this.depth--;
  }

  private take(pattern: RegExp, flow: { at: number; readonly end: number }): string {
    pattern.lastIndex = flow.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined || flow.at + found.length > flow.end) throw new NotSimple();
    flow.at += found.length;
    return found;
  }

  private enter(): void {
    if (++this.depth > MAX_DEPTH) throw new NotSimple();
  }

  private current(): Line {
    if (this.line === undefined) throw new NotSimple();
    return this.line;
  }

  private isListItem({ start, indent, end }: Line): boolean {
    const dash = start + indent;
    return this.text[dash] === "-" && (dash + 1 >= end || this.text[dash + 1] === " ");
  }

  private lineFrom(from: number): Line | undefined {
    for (let start = from; start < this.text.length; ) {
      const end = this.endOfLine(start);
      const first = this.skipSpaces(start);
      if (first < end && this.text[first] !== "#") return { start, end, indent: first - start };
      start = end + 1;
    }
    return undefined;
  }

  private skipSpaces(from: number): number {
    let at = from;
    while (this.text[at] === " ") at++;
    return at;
  }

  private endOfLine(from: number): number {
    const end = this.text.indexOf("\n", from);
    return end < 0 ? this.text.length : end;
  }
}

function plainValue(written: string): unknown {
  if (!OTHER_THAN_TEXT.test(written)) return written;
  if (written === "true" || written === "false") return written === "true";
  if (/^(?:0|[1-9]\d{0,14})$/u.test(written)) return Number(written);
  // Such as ./a or .github: neither a number nor one of YAML's words.
  if (/^\.(?:\/|[a-z])/iu.test(written) && !/^\.(?:inf|nan)$/iu.test(written)) return written;
  throw new NotSimple();
}

/** YAML's spaces are those of ASCII only. */
function withoutSpacesAfter(text: string): string {
  let end = text.length;
  while (text[end - 1] === " ") end--;
  return text.slice(0, end);
}
