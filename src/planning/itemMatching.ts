import { candidatePairs } from "./candidatePairs.ts";
import type { InputItem } from "./canonicalOrder.ts";
import { buildCorpus, type Corpus, similarity } from "./itemSimilarity.ts";
import { groupNumbers, joinByLinks, type Link } from "./joinByLinks.ts";
import { type ItemPair, matchContext } from "./matchContext.ts";

/*
 * Thresholds in thousandths of likeness, chosen on tests/unit/planning/developmentSets.ts and paraphrases.ts; what they
 * reach on answers nobody saw while choosing them is in docs/decisions/0010.
 */
/** Less alike than this, surroundings prove nothing. */
const LEAST_ALIKE = 130;
/** Each other's best match from here on: sure enough to tell how two plans run side by side. */
const LANDMARK = 195;
/**
 * Items are joined from here on, once rivals and surroundings are counted in. The sure ones go first: what they take
 * is no rival any more, and they show where the others stand.
 */
const SAME_ITEM_BY_ROUND = [400, 300, 200, 150];
/** More than words and surroundings can say: one title, and one item word for word. */
const SAME_TITLE = 100_000;
const SAME_WORDS = 1_000_000;

/**
 * Groups of items that mean the same, each with at most one item of an agent, best matches first. Every item is in
 * exactly one group. Compares what items say (itemSimilarity.ts), against the next best match of each, and where they
 * stand among items that are surely the same (matchContext.ts).
 */
export function matchItems(items: readonly InputItem[]): InputItem[][] {
  const corpus = buildCorpus(items);
  const agents = items.map(({ agentNumber }) => agentNumber);
  const pairs = comparedPairs(items, corpus);
  let joined: ItemPair[] = [];
  let open = pairs;
  let groups: readonly (readonly number[])[] = items.map(({ index }) => [index]);
  for (const threshold of SAME_ITEM_BY_ROUND) {
    groups = joinByLinks(groups, agents, openLinks(items, corpus, open, joined), threshold);
    const groupOf = groupNumbers(groups);
    const agentsOf = groups.map((group) => new Set(group.map((index) => agents[index])));
    const taken = (item: number, by: number) => agentsOf[groupOf[item] ?? 0]?.has(agents[by]) ?? false;
    joined = [...joined, ...open.filter(({ left, right }) => groupOf[left] === groupOf[right])];
    open = open.filter(({ left, right }) => !taken(left, right) && !taken(right, left));
  }
  return groups.map((group) => group.flatMap((index) => items[index] ?? []));
}

/** The strength of each pair that may still be joined, given those that are. */
function openLinks(
  items: readonly InputItem[],
  corpus: Corpus,
  open: readonly ItemPair[],
  joined: readonly ItemPair[],
): Link[] {
  const bestOther = rivals(items, open);
  const sure = open.filter((pair) => pair.alike >= LANDMARK && pair.alike > bestOther(pair));
  const context = matchContext(items, [...joined, ...sure]);
  return open.map((pair): Link => {
    const { left, right, alike } = pair;
    if (alike < LEAST_ALIKE) return { left, right, strength: 0 };
    const againstRivals = Math.floor((alike - bestOther(pair)) / 2);
    const strength = alike + againstRivals + Math.floor((alike * context(pair)) / 100);
    return { left, right, strength: Math.max(0, strength) + literalStrength(pair, items, corpus) };
  });
}

function comparedPairs(items: readonly InputItem[], corpus: Corpus): ItemPair[] {
  const pairs: ItemPair[] = [];
  for (const [left, candidates] of candidatePairs(items, corpus).entries()) {
    for (const right of candidates) pairs.push({ left, right, alike: similarity(corpus, left, right) });
  }
  return pairs;
}

function literalStrength({ left, right }: ItemPair, items: readonly InputItem[], corpus: Corpus): number {
  if (items[left]?.key === items[right]?.key) return SAME_WORDS;
  const title = corpus.items[left]?.titleKey;
  return title !== "" && title === corpus.items[right]?.titleKey ? SAME_TITLE : 0;
}

/** How alike the best other match is that either item of a pair has in the other's answer. */
function rivals(items: readonly InputItem[], pairs: readonly ItemPair[]): (pair: ItemPair) => number {
  const agents = 1 + items.reduce((most, { agentNumber }) => Math.max(most, agentNumber), 0);
  const keyOf = (item: number, other: number) => item * agents + (items[other]?.agentNumber ?? 0);
  const best = new Map<number, { first: number; second: number }>();
  const note = (key: number, alike: number) => {
    const known = best.get(key);
    if (known === undefined) best.set(key, { first: alike, second: 0 });
    else if (alike > known.first) {
      known.second = known.first;
      known.first = alike;
    } else if (alike > known.second) known.second = alike;
  };
  for (const { left, right, alike } of pairs) {
    note(keyOf(left, right), alike);
    note(keyOf(right, left), alike);
  }
  const rivalOf = (key: number, alike: number) => {
    const known = best.get(key) ?? { first: 0, second: 0 };
    return alike === known.first ? known.second : known.first;
  };
  return ({ left, right, alike }) => Math.max(rivalOf(keyOf(left, right), alike), rivalOf(keyOf(right, left), alike));
}
