/**
 * Ways in which a YAML or Markdown file gets broken: by hand, by tools, and by malice. Seeded, so that a number names
 * a mutation.
 */
type Random = () => number;
type Operator = (text: string, random: Random) => string;

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One to three changes of `text`, as bytes: some are no longer UTF-8. */
export function mutate(text: string, random: Random): Uint8Array {
  let mutated = text;
  for (let changes = 1 + below(3, random); changes > 0; changes--) mutated = pick(OPERATORS, random)(mutated, random);
  const bytes = Buffer.from(mutated, "utf8");
  return random() < 0.9 ? bytes : pick(BYTE_OPERATORS, random)(bytes, random);
}

const BOMB_LEVELS = 9;
const STRANGE_TEXTS = [
  "\t",
  "\0",
  "\u{1b}[31m",
  "\u{202e}",
  "\u{feff}",
  "\u{85}",
  "\u{2028}",
  "👩‍👩‍👧",
  "\u{e0041}",
  "e\u{301}".repeat(20),
  "مرحبا",
  "\ud800",
];
const STRANGE_VALUES = [
  "~",
  "null",
  "true",
  "-0x1F",
  "1e999",
  "0o777",
  ".nan",
  "2026-01-01",
  "[]",
  "{}",
  "[[]]",
  "''",
  '"\\ud800"',
  '"\\x00"',
  "|",
  ">-2",
  "@x",
  "%x",
  "? x",
  "- - -",
  "{a: {b: {c: 1}}}",
  "__proto__",
];
const STRANGE_LINES = [
  "---",
  "...",
  "%YAML 1.1",
  "%TAG ! tag:x,2000:",
  "# a comment",
  "__proto__: {polluted: true}",
  "constructor: x",
  "<<: {a: 1}",
  "? [a, b]",
  ": x",
  "!!js/function 'x'",
  "```",
  "```yaml",
  "~~~yaml",
  "````",
  "> ```yaml",
  "- ```yaml",
  "<!--",
  "key: value: value",
  "'",
  '"',
  "{",
  "]",
  "key: |2",
];

const OPERATORS_BY_NAME: Readonly<Record<string, Operator>> = {
  deleteLines: (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 1 + below(5, random))),
  duplicateLine: (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, lines[at] ?? "")),
  duplicateLines: (text, random) =>
    onLines(text, random, (lines, at) => lines.splice(at, 0, ...lines.slice(at, at + 2 + below(20, random)))),
  swapLines: (text, random) =>
    onLines(text, random, (lines, at) => lines.push(...lines.splice(at, 1 + below(3, random)))),
  joinLines: (text, random) =>
    onLines(text, random, (lines, at) => lines.splice(at, 2, lines.slice(at, at + 2).join(""))),
  indent: (text, random) => onLine(text, random, (line) => `${" ".repeat(1 + below(4, random))}${line}`),
  unindent: (text, random) => onLine(text, random, (line) => line.replace(/^ {1,2}/u, "")),
  indentWithTab: (text, random) => onLine(text, random, (line) => line.replace(/^ */u, "\t")),
  tabs: (text) => text.replaceAll("  ", "\t"),
  carriageReturns: (text) => text.replace(/\r?\n/gu, "\r\n"),
  someCarriageReturns: (text, random) => text.replace(/\n/gu, (end) => (random() < 0.3 ? "\r\n" : end)),
  loneCarriageReturn: (text, random) => insert(text, random, "\r"),
  onlyCarriageReturns: (text) => text.replace(/\r?\n/gu, "\r"),
  byteOrderMark: (text) => `\u{feff}${text}`,
  strangeText: (text, random) => insert(text, random, pick(STRANGE_TEXTS, random)),
  cutText: (text, random) => {
    const at = below(text.length + 1, random);
    return text.slice(0, at) + text.slice(at + 1 + below(40, random));
  },
  truncate: (text, random) => text.slice(0, below(text.length + 1, random)),
  strangeLine: (text, random) =>
    onLines(text, random, (lines, at) => lines.splice(at, 0, indentationOf(lines[at]) + pick(STRANGE_LINES, random))),
  strangeLineAtStart: (text, random) =>
    onLines(text, random, (lines, at) => lines.splice(at, 0, pick(STRANGE_LINES, random))),
  strangeValue: (text, random) => onValue(text, random, () => pick(STRANGE_VALUES, random)),
  number: (text, random) => onValue(text, random, () => String(below(100, random) - 10)),
  huge: (text, random) => onValue(text, random, () => "x".repeat(1_000 * (1 + below(100, random)))),
  hugeNumber: (text, random) => onValue(text, random, () => "9".repeat(1 + below(1_000, random))),
  hugeKey: (text, random) => onLine(text, random, (line) => `${indentationOf(line)}${"k".repeat(2_000)}: 1\n${line}`),
  tag: (text, random) =>
    onValue(text, random, (value) => `${pick(["!x", "!!binary", "!!set", "!!str", "!<x>"], random)} ${value}`),
  anchor: (text, random) => onValue(text, random, (value) => `&a ${value}`),
  alias: (text, random) => onValue(text, random, () => "*a"),
  anchorAndAlias: (text, random) =>
    onValue(
      onValue(text, random, (value) => `&a ${value}`),
      random,
      () => "*a",
    ),
  mergeKey: (text, random) =>
    onLine(text, random, (line) => `${indentationOf(line)}<<: *a\n${line}`).replace(/^(\w+):/mu, "$1: &a"),
  repeatedKey: (text, random) => {
    const keys = [...text.matchAll(/^ *[a-z_]+:/gmu)];
    const key = keys[below(keys.length, random)]?.[0] ?? "key:";
    return onLine(text, random, (line) => `${indentationOf(line)}${key.trim()} 1\n${line}`);
  },
  bomb: (text, random) => onLines(text, random, (lines, at) => lines.splice(at, 0, ...bombLines())),
  deepFlow: (text, random) =>
    onValue(text, random, () => pick(["[", "{a: ", "[{b: "], random).repeat(below(5_000, random))),
  deepBlock: (text, random) =>
    onLines(text, random, (lines, at) => {
      const start = indentationOf(lines[at]);
      const steps = Array.from({ length: below(400, random) }, (_, depth) => `${start}${" ".repeat(depth)}k:`);
      return lines.splice(at, 0, ...steps);
    }),
  deepList: (text, random) => onValue(text, random, () => `\n${"- ".repeat(below(2_000, random))}`),
  manyKeys: (text, random) =>
    onLines(text, random, (lines, at) => {
      const start = indentationOf(lines[at]);
      return lines.splice(at, 0, ...Array.from({ length: 2_000 }, (_, key) => `${start}k${key}: 1`));
    }),
  secondDocument: (text) => `${text}\n---\n${text}`,
  twice: (text) => text + text,
  directive: (text) => `%YAML 1.2\n---\n${text}`,
  openQuote: (text, random) => onValue(text, random, (value) => pick(["'", '"'], random) + value),
  blockScalar: (text, random) => onValue(text, random, (value) => `${pick(["|", ">", "|+9", ">-"], random)}\n${value}`),
  quoted: (text, random) => onLine(text, random, (line) => `> ${line}`),
  allQuoted: (text) => text.replace(/^/gmu, "> "),
  allIndented: (text) => text.replace(/^/gmu, "    "),
  upperCase: (text, random) => onLine(text, random, (line) => line.toUpperCase()),
  empty: () => "",
  blank: (_, random) => pick([" ", "\n", "\t\n", "\r\n\r\n", "\u{feff}", "#", "---\n", "null\n"], random),
};

const OPERATORS = Object.values(OPERATORS_BY_NAME);

const BYTE_OPERATORS: readonly ((bytes: Buffer, random: Random) => Uint8Array)[] = [
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    for (let count = 1 + below(8, random); count > 0 && changed.length > 0; count--) {
      changed[below(changed.length, random)] = below(256, random);
    }
    return changed;
  },
  (bytes, random) => insertBytes(bytes, random, [0]),
  (bytes, random) => insertBytes(bytes, random, [0xff, 0xfe]),
  (bytes, random) => insertBytes(bytes, random, [0xed, 0xa0, 0x80]),
  (bytes, random) => insertBytes(bytes, random, [0xc0, 0x80]),
  (bytes) => Buffer.from(`\u{feff}${bytes.toString("utf8")}`, "utf16le"),
  (bytes, random) => bytes.subarray(0, below(bytes.length + 1, random)),
];

/** Nine lists, each of nine times the one before: a few hundred bytes that stand for hundreds of millions of values. */
function bombLines(): string[] {
  return Array.from({ length: BOMB_LEVELS }, (_, level) => {
    const entries = level === 0 ? Array(9).fill('"x"') : Array(9).fill(`*b${level - 1}`);
    return `b${level}: &b${level} [${entries.join(", ")}]`;
  });
}

function onLines(text: string, random: Random, change: (lines: string[], at: number) => unknown): string {
  const lines = text.split("\n");
  change(lines, below(lines.length, random));
  return lines.join("\n");
}

function onLine(text: string, random: Random, change: (line: string) => string): string {
  return onLines(text, random, (lines, at) => lines.splice(at, 1, change(lines[at] ?? "")));
}

/** Changes what stands after `key:` or `- ` on some line; a line without either as a whole. */
function onValue(text: string, random: Random, change: (value: string) => string): string {
  return onLine(text, random, (line) => {
    const [, start = "", value = ""] = /^(\s*(?:- )*(?:[\w-]+: ?)?)(.*)$/su.exec(line) ?? [];
    return start + change(value);
  });
}

function insert(text: string, random: Random, added: string): string {
  const at = below(text.length + 1, random);
  return text.slice(0, at) + added + text.slice(at);
}

function insertBytes(bytes: Buffer, random: Random, added: readonly number[]): Uint8Array {
  const at = below(bytes.length + 1, random);
  return Buffer.concat([bytes.subarray(0, at), Uint8Array.from(added), bytes.subarray(at)]);
}

function indentationOf(line: string | undefined): string {
  return /^ */u.exec(line ?? "")?.[0] ?? "";
}

export function pick<Choice>(choices: readonly Choice[], random: Random): Choice {
  const choice = choices[below(choices.length, random)];
  if (choice === undefined) throw new Error("nothing to choose from");
  return choice;
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}
