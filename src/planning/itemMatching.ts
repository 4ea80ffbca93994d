import { candidatePairs } from "./candidatePairs.ts";
import type { InputItem } from "./canonicalOrder.ts";
import { buildCorpus, type Corpus, NEVER_SAME, sharesTitle, similarity } from "./itemSimilarity.ts";
import { joinByLinks, type Link } from "./joinByLinks.ts";
import { type ItemPair, matchChances } from "./matchChances.ts";
import { matchContext } from "./matchContext.ts";

/*
 * Chosen on the labelled answers in tests/unit/planning that are marked as development; what they reach on answers
 * nobody saw while choosing them is in docs/decisions/0010.
 */
/** Thousandths of likeness. Less alike than this, surroundings prove nothing. */
const LEAST_ALIKE = 60;
/** As alike as this, without rivals or surroundings, two items are as likely the same as each alone. */
const EVEN_ALIKE = 150;
/** Partners considered for an item in each other answer. */
const MAX_PARTNERS = 8;
/** How often chances and surroundings are weighed against each other. More change little. */
const ROUNDS = 3;
/** Items are joined from this mean chance on, in thousandths. */
const SAME_ITEM = 320;
/** More than words and surroundings can say: one title, and one item word for word. */
const SAME_TITLE = 100_000;
const SAME_WORDS = 1_000_000;
/** Outweighs any number of links that join. */
const APART = -1e12;

/**
 * Groups of items that mean the same, each with at most one item of an agent, best matches first. Every item is in
 * exactly one group. Weighs what items say (itemSimilarity.ts), who else could be the partner of each
 * (matchChances.ts), and what is matched around them (matchContext.ts).
 */
export function matchItems(items: readonly InputItem[]): InputItem[][] {
  const corpus = buildCorpus(items);
  const agents = items.map(({ agentNumber }) => agentNumber);
  const pairs = comparedPairs(items, corpus);
  const chances = settledChances(items, agents, pairs);
  const links = pairs.map((pair): Link => {
    const { left, right, alike } = pair;
    if (alike === NEVER_SAME) return { left, right, strength: APART };
    const strength = Math.floor(1_000 * (chances.get(pair) ?? 0)) + literalStrength(pair, items, corpus);
    return { left, right, strength };
  });
  return joinByLinks(agents, links, SAME_ITEM).map((group) => group.flatMap((index) => items[index] ?? []));
}

function settledChances(
  items: readonly InputItem[],
  agents: readonly number[],
  pairs: readonly ItemPair[],
): Map<ItemPair, number> {
  const plausible = likeliest(pairs, agents);
  const byWords = Float64Array.from(plausible, ({ alike }) => (alike / EVEN_ALIKE) * (alike / EVEN_ALIKE));
  const chancesOf = matchChances(plausible, agents);
  const factorsGiven = matchContext(items, plausible);
  let chances = chancesOf(byWords);
  for (let round = 0; round < ROUNDS; round++) {
    const factors = factorsGiven(chances);
    chances = chancesOf(byWords.map((odds, index) => odds * (factors[index] ?? 1)));
  }
  return new Map(plausible.map((pair, index) => [pair, chances[index] ?? 0]));
}

/** The pairs alike enough to be the same, among the best few for both items in each other's answer; the best first. */
function likeliest(pairs: readonly ItemPair[], agents: readonly number[]): ItemPair[] {
  const width = 1 + agents.reduce((most, agent) => Math.max(most, agent), 0);
  const seen = new Map<number, number>();
  const rank = (item: number, other: number) => {
    const key = item * width + (agents[other] ?? 0);
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return before;
  };
  return pairs
    .filter(({ alike }) => alike >= LEAST_ALIKE)
    .sort((one, other) => other.alike - one.alike)
    .filter(({ left, right }) => Math.max(rank(left, right), rank(right, left)) < MAX_PARTNERS);
}

function comparedPairs(items: readonly InputItem[], corpus: Corpus): ItemPair[] {
  const pairs: ItemPair[] = [];
  for (const [left, candidates] of candidatePairs(items, corpus).entries()) {
    for (const right of candidates) {
      pairs.push({
        left,
        right,
        alike: similarity(corpus, left, right),
        titled: sharesTitle(corpus, left, right),
      });
    }
  }
  return pairs;
}

function literalStrength({ left, right }: ItemPair, items: readonly InputItem[], corpus: Corpus): number {
  if (items[left]?.key === items[right]?.key) return SAME_WORDS;
  const title = corpus.items[left]?.titleKey;
  return title !== "" && title === corpus.items[right]?.titleKey ? SAME_TITLE : 0;
}
