import type { PlanItem } from "../types.ts";
import { contrastsOf, type ItemContrasts } from "./contrasts.ts";
import { rejectedIn, sentencesOf } from "./rejectedClauses.ts";
import { RELATED_WORDS } from "./relatedWords.ts";
import { normalised, termsOf, words } from "./terms.ts";

/** What an item is about. Items of different kinds are seldom the same item, however alike their words. */
type ItemKind = "change" | "test" | "documentation";

/** What two items can share: a term, a line of related words, the beginning of a term, or a file. By number. */
interface WeightedFeature {
  readonly feature: number;
  /** How much sharing it says, before rarity counts. */
  readonly weight: number;
}

export interface ItemFeatures {
  readonly titleKey: string;
  /** Numbers in the title: "step 1" and "step 2" may differ by nothing else. */
  readonly titleNumbers: string;
  readonly kind: ItemKind;
  /** The title begins with removing; and whether the item speaks of removing at all. */
  readonly removes: boolean;
  readonly mentionsRemoval: boolean;
  readonly contrasts: ItemContrasts;
  /** Features the words of the title have; with those, what the title is about can be looked for in another item. */
  readonly titleFeatures: readonly number[];
  /** By feature, with the greatest weight any of its occurrences has. */
  readonly weights: ReadonlyMap<number, number>;
}

const TERM = 40;
const RELATED = 80;
const BEGINNING = 24;
const PART = 20;
const RELATED_BY_PART = 60;
const FILE = 90;
/** A word of the title says as much as two others. */
const TITLE = 2;

/** Terms beyond this many add cost, not meaning. */
const MAX_TERMS = 60;
const BEGINNING_LENGTH = 5;
const SHORTEST_PART = 4;

/** In percent: a word of several lines is ambiguous, and counts less in each (lines to the power of -0.8). */
const SHARE_PERCENT = [100, 100, 57, 42, 33, 28, 24, 21];
const LEAST_SHARE_PERCENT = 18;
const RELATED_LINES = relatedLines();
const REMOVAL_TERMS = new Set(RELATED_WORDS.filter((line) => /\bremove\b/u.test(line)).flatMap(termsOf));

interface ItemTerms {
  readonly item: PlanItem;
  readonly title: ReadonlySet<string>;
  readonly description: readonly string[];
  /** Those of the title first. */
  readonly all: readonly string[];
}

/** The features of items that are to be compared, and which features are files, by their numbers. */
export function featuresOfItems(items: readonly PlanItem[]): {
  readonly items: readonly ItemFeatures[];
  readonly isFile: readonly boolean[];
} {
  const termsOfItems = items.map(itemTerms);
  const vocabulary = new Set(termsOfItems.flatMap(({ title, description }) => [...title, ...description]));
  const numbers = new Map<string, number>();
  const numberOf = (name: string) => {
    const known = numbers.get(name) ?? numbers.size;
    if (known === numbers.size) numbers.set(name, known);
    return known;
  };
  const ofTerm = new Map<string, readonly WeightedFeature[]>();
  const featuresOf = (term: string) => {
    const features = ofTerm.get(term) ?? termFeatures(term, vocabulary, numberOf);
    ofTerm.set(term, features);
    return features;
  };
  const isFile: boolean[] = [];

  const features = termsOfItems.map(({ item, title, all }): ItemFeatures => {
    const weights = new Map<number, number>();
    const put = (feature: number, weight: number) => {
      if ((weights.get(feature) ?? 0) < weight) weights.set(feature, weight);
    };
    for (const term of all) {
      const times = title.has(term) ? TITLE : 1;
      for (const { feature, weight } of featuresOf(term)) put(feature, times * weight);
    }
    for (const file of item.files) {
      const number = numberOf(`file ${file}`);
      isFile[number] = true;
      put(number, FILE);
      for (const term of termsOf(fileName(file))) put(numberOf(`term ${term}`), PART);
    }
    return {
      titleKey: normalised(item.title),
      titleNumbers: numbersIn(item.title),
      ...aboutOf(item),
      mentionsRemoval: all.some((term) => REMOVAL_TERMS.has(term)),
      contrasts: contrastsOf(item),
      titleFeatures: [...title].flatMap((term) => featuresOf(term).map(({ feature }) => feature)),
      weights,
    };
  });
  return { items: features, isFile };
}

/** What an item says it leaves out is not what it is about. */
function itemTerms(item: PlanItem): ItemTerms {
  const title = new Set(termsOf(item.title));
  const description = termsOf(item.description);
  const acceptance = item.acceptance.flatMap(termsOf);
  const sentences = [item.description, ...item.acceptance].flatMap(sentencesOf);
  const rejected = new Set(sentences.flatMap(rejectedIn).flatMap(termsOf));
  const body = [...description, ...acceptance].filter((term) => !rejected.has(term));
  return { item, title, description, all: [...new Set([...title, ...body])].slice(0, MAX_TERMS) };
}

function termFeatures(
  term: string,
  vocabulary: ReadonlySet<string>,
  numberOf: (name: string) => number,
): WeightedFeature[] {
  const features = [{ feature: numberOf(`term ${term}`), weight: TERM }, ...related(term, RELATED, numberOf)];
  if (term.length >= BEGINNING_LENGTH) {
    features.push({ feature: numberOf(`beginning ${term.slice(0, BEGINNING_LENGTH)}`), weight: BEGINNING });
  }
  for (const part of partsOf(term, vocabulary)) {
    features.push({ feature: numberOf(`term ${part}`), weight: PART }, ...related(part, RELATED_BY_PART, numberOf));
  }
  return features;
}

function related(term: string, weight: number, numberOf: (name: string) => number): WeightedFeature[] {
  const lines = RELATED_LINES.get(term) ?? [];
  const share = Math.ceil((weight * (SHARE_PERCENT[lines.length] ?? LEAST_SHARE_PERCENT)) / 100);
  return lines.map((line) => ({ feature: numberOf(`related ${line}`), weight: share }));
}

/** "autosave" has the part "save" where other items speak of saving; scripts without blanks have pairs of signs. */
function partsOf(term: string, vocabulary: ReadonlySet<string>): string[] {
  if (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u.test(term)) {
    const signs = [...term];
    return signs.slice(1).map((sign, index) => `${signs[index]}${sign}`);
  }
  const parts: string[] = [];
  for (let end = SHORTEST_PART - 1; end <= term.length - SHORTEST_PART + 1; end++) {
    for (const part of [term.slice(0, end), term.slice(end)]) {
      if (part.length >= SHORTEST_PART && part.length < term.length && vocabulary.has(part)) parts.push(part);
    }
  }
  return parts;
}

/** The numbers of the lines a term stands in. */
function relatedLines(): ReadonlyMap<string, readonly number[]> {
  const lines = new Map<string, number[]>();
  for (const [line, text] of RELATED_WORDS.entries()) {
    for (const term of new Set(termsOf(text))) lines.set(term, [...(lines.get(term) ?? []), line]);
  }
  return lines;
}

function numbersIn(title: string): string {
  return words(title)
    .filter((word) => /^\p{N}/u.test(word))
    .join(" ");
}

/** From the files where they all say the same, else from the words the title begins with. */
function aboutOf(item: PlanItem): { readonly kind: ItemKind; readonly removes: boolean } {
  const removes = /^\W*(?:remove|delete|drop|retire)\b/iu.test(item.title);
  if (item.files.length > 0 && item.files.every(isTestFile)) return { kind: "test", removes };
  if (item.files.length > 0 && item.files.every(isDocumentationFile)) return { kind: "documentation", removes };
  const head = new Set(termsOf(item.title.split(/,|\b(?:with|and|for|including|in)\b/iu)[0] ?? ""));
  if (head.has("test")) return { kind: "test", removes };
  return { kind: head.has("document") ? "documentation" : "change", removes };
}

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
