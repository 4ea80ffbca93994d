import type { PlanItem } from "../types.ts";
import { normalised, termsOf, words } from "./terms.ts";

/** Similarity is in thousandths: whole numbers compare the same on every machine. */
const SIMILARITY_MAX = 1_000;

/** What an item is about. Items of different kinds are seldom the same item, however alike their words. */
type ItemKind = "change" | "test" | "documentation" | "removal";

/** An item as the matcher sees it. Terms and files are numbers in ascending order. */
export interface ItemFeatures {
  readonly titleKey: string;
  readonly titleTerms: readonly number[];
  /** Numbers in the title: "step 1" and "step 2" differ by nothing else. */
  readonly titleNumbers: string;
  readonly bodyTerms: readonly number[];
  readonly files: readonly number[];
  readonly kind: ItemKind;
}

/** The features of a set of items, with the weight of each term and file: the rarer, the more it says. */
export interface Corpus {
  readonly features: readonly ItemFeatures[];
  /** By term number; 1 (everywhere) to about 14 (one of 10,000). */
  readonly weights: readonly number[];
  /** The numbers of the items that have it, by term number. */
  readonly holders: readonly (readonly number[])[];
}

/** Terms of a description beyond this many add cost, not meaning. */
const MAX_BODY_TERMS = 60;

export function buildCorpus(items: readonly PlanItem[]): Corpus {
  const numbers = new Map<string, number>();
  const number = (term: string) => {
    const known = numbers.get(term);
    if (known !== undefined) return known;
    numbers.set(term, numbers.size);
    return numbers.size - 1;
  };

  const features = items.map((item) => featuresOf(item, number));
  const holders = Array.from({ length: numbers.size }, (): number[] => []);
  for (const [index, { bodyTerms, files }] of features.entries()) {
    for (const term of [...bodyTerms, ...files]) holders[term]?.push(index);
  }
  const weights = holders.map((list) => 1 + wholeLogarithm(items.length / Math.max(1, list.length)));
  return { features, weights, holders };
}

/** Below this likeness of words, a shared file says only that two items touch the same place. */
const WORDS_FOR_FILES = 130;

/**
 * How alike two items are, 0 to `SIMILARITY_MAX`: the weighted overlap (Dice) of title terms, files, and all terms, in
 * the proportion 4 : 4 : 2. Where files are missing or differ, words alone count 6 : 4, at 85 %: agents guess the names
 * of files that do not exist yet. Equal titles are at least 900; different kinds, or different numbers in the titles,
 * halve the rest; removing is never the same as making.
 */
export function similarity(corpus: Corpus, left: ItemFeatures, right: ItemFeatures): number {
  const title = overlap(left.titleTerms, right.titleTerms, corpus.weights);
  const body = overlap(left.bodyTerms, right.bodyTerms, corpus.weights);
  const files = overlap(left.files, right.files, corpus.weights);
  const byWords = (6 * title + 4 * body) / 10;
  const byFiles = byWords < WORDS_FOR_FILES ? 0 : (4 * title + 4 * files + 2 * body) / 10;
  const haveFiles = left.files.length > 0 && right.files.length > 0;
  const score = haveFiles ? Math.max(byFiles, byWords * 0.85) : byWords;

  if (left.titleKey === right.titleKey && left.titleKey !== "") return Math.floor(900 + score / 10);
  if ((left.kind === "removal") !== (right.kind === "removal")) return 0;
  const differs = left.kind !== right.kind || left.titleNumbers !== right.titleNumbers;
  return Math.floor(differs ? score / 2 : score);
}

function featuresOf(item: PlanItem, number: (term: string) => number): ItemFeatures {
  const titleTerms = termsOf(item.title);
  const bodyText = [item.description, ...item.acceptance, ...item.files.map(fileName)].join("\n");
  const bodyTerms = [...new Set([...titleTerms, ...termsOf(bodyText)])].slice(0, MAX_BODY_TERMS);
  return {
    titleKey: normalised(item.title),
    titleTerms: sortedNumbers(titleTerms.map(number)),
    titleNumbers: words(item.title)
      .filter((word) => /^\p{N}/u.test(word))
      .join(" "),
    bodyTerms: sortedNumbers(bodyTerms.map(number)),
    files: sortedNumbers(item.files.map((file) => number(`file ${file}`))),
    kind: kindOf(item),
  };
}

/** From the files where they all say the same, else from the words the title begins with. */
function kindOf(item: PlanItem): ItemKind {
  if (item.files.length > 0 && item.files.every(isTestFile)) return "test";
  if (item.files.length > 0 && item.files.every(isDocumentationFile)) return "documentation";
  const head = item.title.split(/,|\b(?:with|and|for|including|in)\b/iu)[0] ?? "";
  const terms = new Set(termsOf(head));
  if (terms.has("test")) return "test";
  if (terms.has("document")) return "documentation";
  return terms.has(REMOVAL) ? "removal" : "change";
}

const REMOVAL = termsOf("remove")[0] ?? "remove";

function isTestFile(path: string): boolean {
  return /(^|[/._-])(tests?|specs?|__tests__)([/._-]|$)/iu.test(path);
}

function isDocumentationFile(path: string): boolean {
  return /\.(md|mdx|rst|adoc|txt)$/iu.test(path) || /^docs?\//iu.test(path);
}

function fileName(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.replace(/\.[^.]*$/u, "");
}

/** Shared weight, twice, over all weight: 0 to `SIMILARITY_MAX`. Both lists ascend. */
function overlap(left: readonly number[], right: readonly number[], weights: readonly number[]): number {
  let shared = 0;
  let total = 0;
  for (const term of left) total += weights[term] ?? 0;
  for (const term of right) total += weights[term] ?? 0;
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const leftTerm = left[i] ?? 0;
    const rightTerm = right[j] ?? 0;
    if (leftTerm === rightTerm) shared += weights[leftTerm] ?? 0;
    if (leftTerm <= rightTerm) i++;
    if (rightTerm <= leftTerm) j++;
  }
  return total === 0 ? 0 : (SIMILARITY_MAX * 2 * shared) / total;
}

function sortedNumbers(values: readonly number[]): number[] {
  return [...new Set(values)].sort((left, right) => left - right);
}

/** The whole part of the base-2 logarithm, without `Math.log`, whose last digit differs between engines. */
function wholeLogarithm(value: number): number {
  return 31 - Math.clz32(Math.max(1, Math.floor(value)));
}
