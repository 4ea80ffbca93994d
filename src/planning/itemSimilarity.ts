import type { InputItem } from "./canonicalOrder.ts";
import { areContrary } from "./contrasts.ts";
import { featuresOfItems, type ItemFeatures } from "./itemFeatures.ts";

/** An item as a sparse vector: feature numbers in ascending order, and the weight of each. */
interface ItemVector {
  readonly features: readonly number[];
  readonly weights: readonly number[];
  /** The weights times the rarities, summed. */
  readonly total: number;
}

/** Items ready to be compared. Everything in it is in whole numbers, which compare the same on every machine. */
export interface Corpus {
  readonly items: readonly ItemFeatures[];
  readonly vectors: readonly ItemVector[];
  /** By feature number: 16 for each halving of the share of items that have it; never 0. */
  readonly rarities: readonly number[];
  /** By feature number: the items that have it, in ascending order. */
  readonly holders: readonly (readonly number[])[];
  readonly isFile: readonly boolean[];
}

const LEAST_RARITY = 5;
/** What one item has says as much in a shorter plan as in one of this many items. */
const SHORT_PLAN = 8;
/** What a feature only one agent has counts, in percent: it makes the item different, or the agent wordy. */
const ALONE_PERCENT = 43;
/** Added to both sides of nothing: two items of three words each must share more than one of them. */
const FEW_WORDS = 2_000;
/** Different kinds of item, in percent; numbers in both titles that differ. */
const OTHER_KIND_PERCENT = 70;
const OTHER_NUMBERS_PERCENT = 50;
/** The shorter of two items counts this much in what sharing is measured against, in percent; the longer the rest. */
const SHORTER_PERCENT = 65;

/** Below every likeness: such items are not joined through a third that is like both. */
export const NEVER_SAME = -1;

export function buildCorpus(items: readonly InputItem[]): Corpus {
  const { items: features, isFile } = featuresOfItems(items.map(({ item }) => item));
  const holders: number[][] = [];
  for (const [index, { weights }] of features.entries()) {
    for (const feature of weights.keys()) {
      const list = holders[feature];
      if (list === undefined) holders[feature] = [index];
      else list.push(index);
    }
  }
  const itemsOfAgent: number[] = [];
  for (const { agentNumber } of items) itemsOfAgent[agentNumber] = (itemsOfAgent[agentNumber] ?? 0) + 1;
  const rarities = Array.from(holders, (list) => rarity(list ?? [], items, itemsOfAgent));

  const vectors = features.map(({ weights }): ItemVector => {
    const numbers = [...weights.keys()].sort((left, right) => left - right);
    const ordered = numbers.map((feature) => weights.get(feature) ?? 0);
    const total = numbers.reduce((sum, feature, place) => sum + (ordered[place] ?? 0) * (rarities[feature] ?? 0), 0);
    return { features: numbers, weights: ordered, total };
  });
  return { items: features, vectors, rarities, holders, isFile };
}

/**
 * How alike two items are in what they say, 0 to 1000: the shared weight over the weight of both. A file counts at most
 * as much as the words do: agents touch one file for many reasons. Equal titles are at least 900; removing something
 * and not speaking of removal at all is 0; titles that ask for different things (contrasts.ts) are `NEVER_SAME`.
 */
export function similarity(corpus: Corpus, left: number, right: number): number {
  const one = corpus.items[left];
  const other = corpus.items[right];
  const alike = sharedShare(corpus, corpus.vectors[left], corpus.vectors[right]);
  if (one === undefined || other === undefined) return 0;
  if (one.titleKey === other.titleKey && one.titleKey !== "") return Math.floor(900 + alike / 10);
  if ((one.removes && !other.mentionsRemoval) || (other.removes && !one.mentionsRemoval)) return 0;
  if (areContrary(one.contrasts, other.contrasts)) return NEVER_SAME;
  const bothNumbered = one.titleNumbers !== "" && other.titleNumbers !== "";
  const percents = [
    one.kind === other.kind ? 100 : OTHER_KIND_PERCENT,
    bothNumbered && one.titleNumbers !== other.titleNumbers ? OTHER_NUMBERS_PERCENT : 100,
  ];
  return percents.reduce((score, percent) => Math.floor((score * percent) / 100), alike);
}

/** Whether a word of one title, or what it is related to, is in the other item at all. */
export function sharesTitle(corpus: Corpus, left: number, right: number): boolean {
  const [one, other] = [corpus.items[left], corpus.items[right]];
  if (one === undefined || other === undefined) return false;
  return (
    one.titleFeatures.some((feature) => other.weights.has(feature)) ||
    other.titleFeatures.some((feature) => one.weights.has(feature))
  );
}

function sharedShare(corpus: Corpus, left: ItemVector | undefined, right: ItemVector | undefined): number {
  if (left === undefined || right === undefined) return 0;
  let words = 0;
  let files = 0;
  for (let i = 0, j = 0; i < left.features.length && j < right.features.length; ) {
    const leftFeature = left.features[i] ?? 0;
    const rightFeature = right.features[j] ?? 0;
    if (leftFeature === rightFeature) {
      const shared = Math.min(left.weights[i] ?? 0, right.weights[j] ?? 0) * (corpus.rarities[leftFeature] ?? 0);
      if (corpus.isFile[leftFeature]) files += shared;
      else words += shared;
    }
    if (leftFeature <= rightFeature) i++;
    if (rightFeature <= leftFeature) j++;
  }
  const shorter = Math.min(left.total, right.total);
  const longer = Math.max(left.total, right.total);
  const measure = SHORTER_PERCENT * shorter + (100 - SHORTER_PERCENT) * longer + 100 * FEW_WORDS;
  const shared = words + Math.min(files, words);
  return Math.min(1_000, Math.floor((100_000 * shared) / measure));
}

/** From the mean share of an agent's items that have it, over the agents that do: plans differ in length. */
function rarity(holders: readonly number[], items: readonly InputItem[], itemsOfAgent: readonly number[]): number {
  const held: { readonly agent: number; count: number }[] = [];
  for (const holder of holders) {
    const agent = items[holder]?.agentNumber ?? 0;
    const last = held.at(-1);
    // Ascending, so an agent's items stand together.
    if (last?.agent === agent) last.count++;
    else held.push({ agent, count: 1 });
  }
  let shares = 0;
  for (const { agent, count } of held) {
    const all = itemsOfAgent[agent] ?? 1;
    shares += count === 1 ? 1 / Math.max(SHORT_PLAN, all) : count / all;
  }
  if (held.length === 0) return LEAST_RARITY;
  const value = Math.max(LEAST_RARITY, binaryLogarithm(held.length / shares));
  return held.length > 1 ? value : Math.ceil((value * ALONE_PERCENT) / 100);
}

/** In sixteenths, straight between powers of two: `Math.log` may differ in its last digit between engines. */
function binaryLogarithm(value: number): number {
  let power = 0;
  let rest = value;
  while (rest >= 2) {
    rest /= 2;
    power++;
  }
  return Math.floor(16 * (power + rest - 1));
}
