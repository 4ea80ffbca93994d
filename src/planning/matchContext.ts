import type { InputItem } from "./canonicalOrder.ts";
import { groupBy } from "./groupBy.ts";
import type { ItemPair } from "./matchChances.ts";

/** What other agents' matches, matched neighbours and the place add to the factor of a pair's odds. */
const THIRD_AGENT = 1.6;
const NEIGHBOUR = 8;
const MOST_NEIGHBOURS = 2;
const NEIGHBOURHOOD = 5;
const PLACE = 2;
/** However much speaks against a pair. */
const LEAST_FACTOR = 0.05;

/** Before surroundings count; when neither title is in the other item, what they share may be said of any work. */
const BY_WORDS = 1;
const WITHOUT_TITLE = 0.1;
/** Pairs less likely than this are no evidence. */
const LEAST_CHANCE = 0.05;
/** Neighbours looked at for each item, in each direction. */
const MAX_NEIGHBOURS = 8;
/** A neighbour that has many of its kind says less with each: what everything needs tells nothing apart. */
const SHARED_NEIGHBOUR = 0.3;
/** Partners of an item that are looked up among those of another, the most alike first. */
const MAX_PARTNERS = 8;
/** Likely pairs looked at for each two agents: enough to see whether their plans run alike, and quick. */
const MAX_LANDMARKS = 16;
const LANDMARK_CHANCE = 0.2;
/** The sum of the chances of landmarks that must speak before a place says anything. */
const LEAST_LANDMARKS = 1.5;

/** The partners an item may have, with the chance of each. */
type Partners = readonly ReadonlyMap<number, number>[];

/**
 * What the surroundings of each pair say about it, given the chances of all: a factor for its odds. It counts whether
 * other agents' items match both, whether what the two items need, and what needs them, matches too, and whether they
 * stand in the same place among likely pairs, as far as the two plans run alike at all.
 */
export function matchContext(
  items: readonly InputItem[],
  pairs: readonly ItemPair[],
): (chances: Float64Array) => Float64Array {
  const throughOthers = otherAgents(items);
  const neighbours = neighbourEvidence(items);
  const places = placeEvidence(items, pairs);
  return (chances) => {
    const partners = likelyPartners(items, pairs, chances);
    const place = places(chances);
    return Float64Array.from(pairs, (pair, index) => {
      const words = pair.titled ? BY_WORDS : WITHOUT_TITLE;
      const others = THIRD_AGENT * throughOthers(pair, partners);
      return Math.max(LEAST_FACTOR, words + others + neighbours(pair, partners) + PLACE * (place[index] ?? 0));
    });
  };
}

function likelyPartners(items: readonly InputItem[], pairs: readonly ItemPair[], chances: Float64Array): Partners {
  const partners = items.map(() => new Map<number, number>());
  for (const [index, { left, right }] of pairs.entries()) {
    const chance = chances[index] ?? 0;
    if (chance < LEAST_CHANCE) continue;
    partners[left]?.set(right, chance);
    partners[right]?.set(left, chance);
  }
  return partners;
}

/** How surely both items match the same third item, on average over the other agents. */
function otherAgents(items: readonly InputItem[]): (pair: ItemPair, partners: Partners) => number {
  const agents = new Set(items.map(({ agentNumber }) => agentNumber)).size;
  const others = Math.min(MAX_PARTNERS, Math.max(1, agents - 2));
  return ({ left, right }, partners) => {
    let sum = 0;
    const ofRight = partners[right];
    if (ofRight === undefined || ofRight.size === 0) return 0;
    let looked = 0;
    for (const [third, chance] of partners[left] ?? []) {
      sum += Math.min(chance, ofRight.get(third) ?? 0);
      if (++looked === MAX_PARTNERS) break;
    }
    return sum / others;
  };
}

function neighbourEvidence(items: readonly InputItem[]): (pair: ItemPair, partners: Partners) => number {
  const indexOf = new Map(items.map(({ agent, item, index }) => [JSON.stringify([agent, item.id]), index]));
  const needs = items.map(({ agent, item }) =>
    item.depends_on.slice(0, MAX_NEIGHBOURS).flatMap((id) => indexOf.get(JSON.stringify([agent, id])) ?? []),
  );
  const dependents = items.map((): number[] => []);
  for (const [index, list] of needs.entries()) {
    for (const needed of list) {
      const known = dependents[needed];
      if (known !== undefined && known.length < MAX_NEIGHBOURS) known.push(index);
    }
  }

  /** How many of `left` match one of `right`; `back` leads from them to their own neighbours. */
  const matched = (
    left: readonly number[],
    right: readonly number[],
    back: readonly number[][],
    partners: Partners,
  ) => {
    let sum = 0;
    for (const one of left) {
      const likely = partners[one];
      if (likely === undefined || likely.size === 0) continue;
      let best = 0;
      for (const other of right) {
        const chance = likely.get(other);
        if (chance === undefined) continue;
        const fellows = Math.max(back[one]?.length ?? 0, back[other]?.length ?? 0) - 1;
        best = Math.max(best, chance / (1 + SHARED_NEIGHBOUR * fellows));
      }
      sum += best;
    }
    return sum;
  };
  return ({ left, right }, partners) => {
    const [needsLeft, needsRight] = [needs[left] ?? [], needs[right] ?? []];
    const [neededLeft, neededRight] = [dependents[left] ?? [], dependents[right] ?? []];
    const above = matched(needsLeft, needsRight, dependents, partners);
    const below = matched(neededLeft, neededRight, needs, partners);
    const share =
      (2 * above) / Math.max(1, needsLeft.length + needsRight.length) +
      (2 * below) / Math.max(1, neededLeft.length + neededRight.length);
    return NEIGHBOUR * Math.min(MOST_NEIGHBOURS, above + below) + NEIGHBOURHOOD * share;
  };
}

/** From 1, where a pair stands between likely pairs of its agents, to -1; 0 where the two plans do not run alike. */
function placeEvidence(
  items: readonly InputItem[],
  pairs: readonly ItemPair[],
): (chances: Float64Array) => Float64Array {
  const agents = 1 + items.reduce((most, { agentNumber }) => Math.max(most, agentNumber), 0);
  const agentOf = (index: number) => items[index]?.agentNumber ?? 0;
  const byAgents = groupBy(pairs.entries(), ([, { left, right }]) => agentOf(left) * agents + agentOf(right));

  const positions = items.map(({ position }) => position);
  const positionsOf = ({ left, right }: ItemPair) => ({ left: positions[left] ?? 0, right: positions[right] ?? 0 });

  return (chances) => {
    const places = new Float64Array(pairs.length);
    for (const numbered of byAgents.values()) {
      const landmarks = numbered
        .map(([index, pair]) => ({ pair, chance: chances[index] ?? 0 }))
        .filter(({ chance }) => chance > LANDMARK_CHANCE)
        .sort((one, other) => other.chance - one.chance)
        .slice(0, MAX_LANDMARKS)
        .map(({ pair, chance }): Landmark => ({ ...positionsOf(pair), chance }));
      const alike = runAlike(landmarks);
      if (alike <= 0) continue;
      for (const [index, pair] of numbered) {
        const { order, weight } = orderAmong(landmarks, positionsOf(pair));
        places[index] = weight < LEAST_LANDMARKS ? 0 : (alike * order) / weight;
      }
    }
    return places;
  };
}

/** Where the items of a pair stand in their plans: equal only for the same item. */
interface Place {
  readonly left: number;
  readonly right: number;
}

interface Landmark extends Place {
  readonly chance: number;
}

/** From 1, where all landmarks stand in one order in both plans, to -1. */
function runAlike(landmarks: readonly Landmark[]): number {
  let orders = 0;
  let weights = 0;
  for (const landmark of landmarks) {
    const { order, weight } = orderAmong(landmarks, landmark);
    orders += landmark.chance * order;
    weights += landmark.chance * weight;
  }
  return weights === 0 ? 0 : orders / weights;
}

/** The chances of the landmarks before or after both items, less those before one and after the other; and of all. */
function orderAmong(landmarks: readonly Landmark[], { left, right }: Place): { order: number; weight: number } {
  let order = 0;
  let weight = 0;
  for (const other of landmarks) {
    if (other.left === left || other.right === right) continue;
    order += other.left < left === other.right < right ? other.chance : -other.chance;
    weight += other.chance;
  }
  return { order, weight };
}
