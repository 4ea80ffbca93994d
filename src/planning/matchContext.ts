import type { InputItem } from "./canonicalOrder.ts";
import { groupBy } from "./groupBy.ts";

/** Two items of different agents, by index, `left` before `right`, and how alike their words are. */
export interface ItemPair {
  readonly left: number;
  readonly right: number;
  readonly alike: number;
}

/** Sure pairs looked at for each two agents: enough to see whether their plans run alike, and quick. */
const MAX_LANDMARKS = 16;
const MIN_LANDMARKS = 3;
/** Neighbours looked at for each item. */
const MAX_NEIGHBOURS = 8;
/** What the place may add or take, and each of at most two matched neighbours may add, in percent. */
const PLACE_PERCENT = 100;
const NEIGHBOUR_PERCENT = 60;

/**
 * What the surroundings of a pair say about it, as a percentage of its likeness to add: whether the items stand in the
 * same place between `landmarks` (pairs that are sure by their words), as far as the two plans run alike at all, and
 * whether what they depend on, and what depends on them, is matched too.
 */
export function matchContext(items: readonly InputItem[], landmarks: readonly ItemPair[]): (pair: ItemPair) => number {
  const placeOf = placeEvidence(items, landmarks);
  const neighboursOf = neighbourEvidence(items, landmarks);
  return (pair) => placeOf(pair) + NEIGHBOUR_PERCENT * Math.min(2, neighboursOf(pair));
}

function placeEvidence(items: readonly InputItem[], landmarks: readonly ItemPair[]): (pair: ItemPair) => number {
  const position = (index: number) => items[index]?.position ?? 0;
  const sameOrder = (one: ItemPair, other: ItemPair) =>
    (position(one.left) - position(other.left)) * (position(one.right) - position(other.right)) > 0;
  const agents = 1 + items.reduce((most, { agentNumber }) => Math.max(most, agentNumber), 0);
  const agentsOf = ({ left, right }: ItemPair) =>
    (items[left]?.agentNumber ?? 0) * agents + (items[right]?.agentNumber ?? 0);

  const byAgents = new Map(
    [...groupBy(landmarks, agentsOf)].map(([key, pairs]) => {
      const step = Math.ceil(pairs.length / MAX_LANDMARKS);
      const chosen = pairs.filter((_, index) => index % step === 0);
      return [key, { chosen, order: Math.max(0, agreementOfAll(chosen, sameOrder)) }];
    }),
  );
  return (pair) => {
    const known = byAgents.get(agentsOf(pair));
    if (known === undefined) return 0;
    let same = 0;
    let others = 0;
    for (const other of known.chosen) {
      if (other.left === pair.left || other.right === pair.right) continue;
      others++;
      if (sameOrder(pair, other)) same++;
    }
    if (others < MIN_LANDMARKS) return 0;
    // Half the landmarks on the right side is what chance gives; three quarters say nothing yet.
    const place = 2 * agreement(same, others) - 100;
    return Math.max(-PLACE_PERCENT, Math.floor((PLACE_PERCENT * known.order * place) / 10_000));
  };
}

function agreementOfAll(pairs: readonly ItemPair[], sameOrder: (one: ItemPair, other: ItemPair) => boolean): number {
  let same = 0;
  for (const [index, one] of pairs.entries()) {
    for (const other of pairs.slice(index + 1)) if (sameOrder(one, other)) same++;
  }
  return agreement(same, (pairs.length * (pairs.length - 1)) / 2);
}

/** 100 where all agree, -100 where none does. */
function agreement(same: number, all: number): number {
  return all === 0 ? 0 : Math.floor((200 * same) / all) - 100;
}

function neighbourEvidence(items: readonly InputItem[], landmarks: readonly ItemPair[]): (pair: ItemPair) => number {
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
  const sure = items.map(() => new Set<number>());
  for (const { left, right } of landmarks) sure[left]?.add(right);

  const matched = (lists: readonly (readonly number[])[], { left, right }: ItemPair) => {
    const others = lists[right] ?? [];
    let count = 0;
    for (const one of lists[left] ?? []) {
      const partners = sure[one];
      if (partners !== undefined && others.some((other) => partners.has(other))) count++;
    }
    return count;
  };
  return (pair) => matched(needs, pair) + matched(dependents, pair);
}
