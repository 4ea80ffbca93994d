import { classEnd, parsePathPattern } from "./pathPattern.ts";

/*
 * Whether some path, existing or not, could be matched by two entries (see pathPattern.ts for what an entry matches).
 * The answer is never "no" when there is such a path: an entry that cannot be read overlaps everything, letters are
 * compared without case because common file systems fold it, and a class that cannot be folded exactly is widened.
 */

/** An entry made ready for many comparisons: the alternatives it stands for. */
export function prepareOverlap(entry: string): readonly PathShape[] {
  const pattern = parsePathPattern(entry);
  if (!pattern.ok) return [["globstar"]];
  const { text, literal, globs } = pattern.value;
  // `a/**` takes in `a` itself: one shape is enough for a path and what is below it.
  if (literal) return [[...text.split("/").map(spelled), "globstar"]];
  const shapes = globs.map(toShape);
  return /[[{]/u.test(text) ? [...shapes, text.split("/").map(spelled)] : shapes;
}

/** A pattern as segments: `globstar` for any number of segments, else what one segment may look like. */
export type PathShape = readonly ("globstar" | readonly Token[])[];

/** Any run of characters, or one character out of sorted, disjoint ranges of UTF-16 code units. */
type Token = "star" | readonly Range[];
type Range = readonly [from: number, to: number];

const LAST_UNIT = 0xffff;
const ANY_UNIT: readonly Range[] = [[0, LAST_UNIT]];

/** Whether one path could have both shapes. */
export function shapesOverlap(a: PathShape, b: PathShape): boolean {
  return sequencesMeet(a, b, (item) => item === "globstar", segmentsOverlap);
}

/** The leading segments without wildcards, folded: patterns can only meet if one's prefix begins with the other's. */
export function literalPrefix(shape: PathShape): readonly string[] {
  const prefix: string[] = [];
  for (const segment of shape) {
    const text = segment === "globstar" ? undefined : literalText(segment);
    if (text === undefined) break;
    prefix.push(text);
  }
  return prefix;
}

function segmentsOverlap(a: PathShape[number], b: PathShape[number]): boolean {
  if (a === "globstar" || b === "globstar") return true;
  return sequencesMeet(a, b, (token) => token === "star", tokensMeet);
}

function tokensMeet(a: Token, b: Token): boolean {
  if (a === "star" || b === "star") return true;
  return a.some(([from, to]) => b.some(([otherFrom, otherTo]) => from <= otherTo && otherFrom <= to));
}

/**
 * Whether two sequences in which some items stand for any run can describe the same run. Items before the first run and
 * after the last one face each other one by one, which decides nearly all; what is left between is a product of two
 * automata.
 */
function sequencesMeet<Item>(
  a: readonly Item[],
  b: readonly Item[],
  isRun: (item: Item) => boolean,
  itemsMeet: (a: Item, b: Item) => boolean,
): boolean {
  let start = 0;
  let endOfA = a.length;
  let endOfB = b.length;
  const facing = (left: Item | undefined, right: Item | undefined): "meet" | "differ" | "run" => {
    if (left === undefined || right === undefined || isRun(left) || isRun(right)) return "run";
    return itemsMeet(left, right) ? "meet" : "differ";
  };
  for (let end = facing(a[endOfA - 1], b[endOfB - 1]); end !== "run"; end = facing(a[endOfA - 1], b[endOfB - 1])) {
    if (end === "differ") return false;
    endOfA--;
    endOfB--;
  }
  for (; start < endOfA && start < endOfB; start++) {
    const begin = facing(a[start], b[start]);
    if (begin === "differ") return false;
    if (begin === "run") break;
  }
  const left = a.slice(start, endOfA);
  const right = b.slice(start, endOfB);
  if (left.length === 0 || right.length === 0) return [...left, ...right].every(isRun);
  if (isOneRun(left, isRun) || isOneRun(right, isRun)) return true;
  return runsMeet(left, right, isRun, itemsMeet);
}

function isOneRun<Item>([first, ...others]: readonly Item[], isRun: (item: Item) => boolean): boolean {
  return first !== undefined && others.length === 0 && isRun(first);
}

/** One row at a time: `row[j]` says whether a[i..] and b[j..] can agree. */
function runsMeet<Item>(
  a: readonly Item[],
  b: readonly Item[],
  isRun: (item: Item) => boolean,
  itemsMeet: (a: Item, b: Item) => boolean,
): boolean {
  let below: boolean[] = [];
  for (let i = a.length; i >= 0; i--) {
    const row: boolean[] = new Array<boolean>(b.length + 1).fill(false);
    const left = a[i];
    for (let j = b.length; j >= 0; j--) {
      const right = b[j];
      if (left === undefined && right === undefined) row[j] = true;
      else if (left !== undefined && isRun(left)) row[j] = below[j] === true || row[j + 1] === true;
      else if (right !== undefined && isRun(right)) row[j] = row[j + 1] === true || below[j] === true;
      else row[j] = left !== undefined && right !== undefined && itemsMeet(left, right) && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

function toShape(glob: string): PathShape {
  return glob.split("/").map((segment) => (segment === "**" ? "globstar" : tokenize(segment)));
}

function tokenize(segment: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let index = 0; index < segment.length; index++) {
    const character = segment[index] ?? "";
    const end = character === "[" ? classEnd(segment, index) : undefined;
    if (end !== undefined) {
      tokens.push(classRanges(segment.slice(index + 1, end)));
      index = end;
    } else if (character === "*") tokens.push("star");
    else tokens.push(character === "?" ? ANY_UNIT : literalToken(character));
  }
  return tokens;
}

function spelled(segment: string): readonly Token[] {
  return segment.split("").map(literalToken);
}

function literalToken(character: string): Token {
  const unit = foldUnit(character).charCodeAt(0);
  return [[unit, unit]];
}

function literalText(tokens: readonly Token[]): string | undefined {
  let text = "";
  for (const token of tokens) {
    const range = token === "star" || token.length !== 1 ? undefined : token[0];
    if (!range || range[0] !== range[1]) return undefined;
    text += String.fromCharCode(range[0]);
  }
  return text;
}

function classRanges(body: string): readonly Range[] {
  const negated = body.startsWith("!") || body.startsWith("^");
  const ranges: Range[] = [];
  const members = negated ? body.slice(1) : body;
  for (let index = 0; index < members.length; index++) {
    const from = members.charCodeAt(index);
    const isRange = members[index + 1] === "-" && index + 2 < members.length;
    const to = isRange ? members.charCodeAt(index + 2) : from;
    if (isRange) index += 2;
    if (from > to) return ANY_UNIT;
    ranges.push([from, to]);
  }
  return foldRanges(negated ? complement(ranges) : ranges);
}

function complement(ranges: readonly Range[]): readonly Range[] {
  const gaps: Range[] = [];
  let next = 0;
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (from > next) gaps.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= LAST_UNIT) gaps.push([next, LAST_UNIT]);
  return gaps;
}

/** Adds the small letters of capital ones; beyond ASCII there is no such rule by range, so there it takes everything. */
function foldRanges(ranges: readonly Range[]): readonly Range[] {
  return ranges.flatMap((range): Range[] => {
    const [from, to] = range;
    const capitals: Range = [Math.max(from, 0x41), Math.min(to, 0x5a)];
    const small: Range[] = capitals[0] <= capitals[1] ? [[capitals[0] + 32, capitals[1] + 32]] : [];
    return to > 0x7f ? [range, ...small, [0x80, LAST_UNIT]] : [range, ...small];
  });
}

/** Lower case, one code unit for one: `?` counts units. */
function foldUnit(character: string): string {
  const folded = character.toLowerCase();
  return folded.length === 1 ? folded : character;
}
