import { termsOf, words } from "./terms.ts";

/** Of one matter nobody wants both sides: in each line the words of one side, then those of the other. */
const OPPOSITES = [
  ["add create introduce implement build write keep extend cache improve", "remove delete drop retire erase eliminate"],
  ["enable activate", "disable deactivate"],
  ["allow permit accept", "forbid deny disallow reject refuse block prohibit"],
  ["sync synchronous synchronously blocking", "async asynchronous asynchronously nonblocking"],
  ["increase raise extend lengthen grow", "decrease lower reduce shorten shrink"],
  ["split separate extract divide", "merge combine inline join unify"],
  ["public expose", "private hide"],
  ["show display", "hide"],
  ["lock", "unlock"],
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

/** A title as far as opposites go. Bit n of a side: the title has a word of that side of line n. */
export interface TitleSides {
  readonly first: number;
  readonly second: number;
  /** The terms it is about, without the words that take a side. */
  readonly matter: ReadonlySet<string>;
}

const SIDES = [0, 1].map(
  (side) =>
    new Map(
      OPPOSITES.flatMap((line) => (line[side] ?? "").split(" ")).map((word) => [
        word,
        OPPOSITES.reduce(
          (bits, line, number) => ((line[side] ?? "").split(" ").includes(word) ? bits | (1 << number) : bits),
          0,
        ),
      ]),
    ),
);
const SIDED_TERMS = new Set(OPPOSITES.flat().flatMap(termsOf));

export function titleSides(title: string): TitleSides {
  let first = 0;
  let second = 0;
  for (const word of words(title)) {
    first |= SIDES[0]?.get(word) ?? 0;
    second |= SIDES[1]?.get(word) ?? 0;
  }
  return { first, second, matter: new Set(termsOf(title).filter((term) => !SIDED_TERMS.has(term))) };
}

/** One title takes a side, the other the other, and at least half of what the shorter is about is in both. */
export function areOpposed(left: TitleSides, right: TitleSides): boolean {
  const opposed =
    (left.first & ~left.second & right.second & ~right.first) |
    (left.second & ~left.first & right.first & ~right.second);
  if (opposed === 0) return false;
  let shared = 0;
  for (const term of left.matter) if (right.matter.has(term)) shared++;
  return shared > 0 && 2 * shared >= Math.min(left.matter.size, right.matter.size);
}
