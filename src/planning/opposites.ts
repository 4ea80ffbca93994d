import { stem, termsOf, words } from "./terms.ts";

/** Of one matter these are different work, and mostly nobody wants both: in each line one side's words, then the other's. */
const OPPOSITES = [
  [
    "add create introduce implement build write keep extend improve",
    "remove removal delete drop retire erase eliminate",
  ],
  ["enable activate", "disable deactivate"],
  ["allow permit accept", "forbid deny disallow reject refuse block prohibit"],
  ["sync synchronous synchronously blocking", "async asynchronous asynchronously nonblocking"],
  ["increase raise extend lengthen grow", "decrease lower reduce shorten shrink"],
  ["split separate extract divide", "merge combine inline join unify"],
  ["public expose", "private hide"],
  ["show display", "hide"],
  ["lock", "unlock"],
  ["import", "export"],
  ["upload", "download"],
  ["decrypt", "encrypt"],
  ["compress", "decompress uncompress"],
  ["encode", "decode"],
  ["serialize serialise", "deserialize deserialise"],
  ["subscribe", "unsubscribe"],
  ["install", "uninstall"],
  ["start", "stop"],
  ["grant", "revoke"],
  ["ascending", "descending"],
  ["require required mandatory", "optional"],
  ["strict", "lenient tolerant"],
  ["eager eagerly", "lazy lazily"],
  ["upgrade", "downgrade"],
  ["keep extend reuse retain patch existing", "replace rewrite rename move new scratch"],
  ["create new scratch", "reuse existing extend"],
  ["encrypt encrypted", "plaintext unencrypted"],
  ["stateless", "stateful"],
  ["centralise centralize central", "distribute decentralise decentralize"],
] as const;

interface SidedWord {
  /** Without its ending: "delete" and "deletion" are one word. */
  readonly stem: string;
  /** What it is about; undefined for words that say nothing by themselves. */
  readonly term: string | undefined;
  readonly first: number;
  readonly second: number;
}

/** A title as far as opposites go. Bit n of a side: the title has a word of that side of line n. */
export interface SidedTitle {
  readonly first: number;
  readonly second: number;
  readonly words: readonly SidedWord[];
}

const SIDES = [0, 1].map((side) => {
  const bits = new Map<string, number>();
  for (const [number, line] of OPPOSITES.entries()) {
    for (const word of (line[side] ?? "").split(" ")) {
      bits.set(stem(word), (bits.get(stem(word)) ?? 0) | (1 << number));
    }
  }
  return bits;
});

export function sidedTitle(title: string): SidedTitle {
  const sided = words(asVerbs(title)).map((word): SidedWord => {
    const stemmed = stem(word);
    const [first = 0, second = 0] = SIDES.map((side) => side.get(stemmed));
    return { stem: stemmed, term: termsOf(word)[0], first, second };
  });
  return { ...sidesOf(sided), words: sided };
}

/**
 * One title takes a side, the other the other, and at least half of what the shorter is about is in both. Words that
 * are in both titles take no side: who deletes the cache and who adds it disagree over the cache.
 */
export function areOpposed(left: SidedTitle, right: SidedTitle): boolean {
  if (((left.first & right.second) | (left.second & right.first)) === 0) return false;
  const [ownLeft, ownRight] = [wordsNotIn(left, right), wordsNotIn(right, left)];
  const [one, other] = [sidesOf(ownLeft), sidesOf(ownRight)];
  const opposed =
    (one.first & ~one.second & other.second & ~other.first) | (one.second & ~one.first & other.first & ~other.second);
  if (opposed === 0) return false;
  const [leftMatter, rightMatter] = [matterOf(left, ownLeft), matterOf(right, ownRight)];
  const shared = [...leftMatter].filter((term) => rightMatter.has(term)).length;
  return shared > 0 && 2 * shared >= Math.min(leftMatter.size, rightMatter.size);
}

function asVerbs(title: string): string {
  return title.replace(/\b(?:turn|switch)\s+(on|off)\b/giu, (_, way: string) =>
    /on/iu.test(way) ? "enable" : "disable",
  );
}

function sidesOf(words: readonly SidedWord[]): { readonly first: number; readonly second: number } {
  return {
    first: words.reduce((bits, { first }) => bits | first, 0),
    second: words.reduce((bits, { second }) => bits | second, 0),
  };
}

function wordsNotIn(title: SidedTitle, other: SidedTitle): SidedWord[] {
  return title.words.filter(({ stem }) => !other.words.some((word) => word.stem === stem));
}

/** What a title is about, without the words that take a side in it. */
function matterOf({ words }: SidedTitle, own: readonly SidedWord[]): Set<string> {
  const about = words.filter((word) => !(own.includes(word) && (word.first | word.second) !== 0));
  return new Set(about.flatMap(({ term }) => term ?? []));
}
