import { stem, words } from "./terms.ts";

/** A sentence as far as repeating goes. */
export interface Saying {
  /** Its words in order, without endings and without words of grammar. */
  readonly words: readonly string[];
  /** What decides how the rest is meant, sorted: numbers, negations, conditions, limits, comparisons. */
  readonly exact: string;
}

/** Without these a sentence requires the same. */
const GRAMMAR = new Set(
  (
    "a an the of is are be been was were that this these those it its their them they we our you your so and also " +
    "then please must should shall will would has have had do does to in on at by as for"
  ).split(" "),
);
const EXACT = new Set(
  (
    "not no never none nothing without cannot don doesn isn aren won shouldn mustn nor neither only just exactly most " +
    "least more less fewer than over under above below up may might can could optional optionally except unless until " +
    "before after if when while where or either instead rather any some first last"
  ).split(" "),
);

export function sayingOf(sentence: string): Saying {
  const all = words(sentence);
  const comparisons = /[<>=≤≥≠]/u.test(sentence) ? (sentence.match(/[<>≤≥≠]=?|!=/gu) ?? []) : [];
  const exact = [...all.filter((word) => EXACT.has(word) || /^\p{N}/u.test(word)), ...comparisons];
  return { words: all.filter((word) => !GRAMMAR.has(word)).map(stem), exact: exact.sort().join(" ") };
}

/**
 * Whether an earlier sentence says all that this one does: every word, in the same order, with the same numbers,
 * negations and conditions. Words of one meaning do not count as the same: a requirement lost costs more than one said
 * twice.
 */
export function saysAll(earlier: Saying, sentence: Saying): boolean {
  if (earlier.exact !== sentence.exact) return false;
  let found = 0;
  for (const word of earlier.words) if (word === sentence.words[found]) found++;
  return found === sentence.words.length;
}
