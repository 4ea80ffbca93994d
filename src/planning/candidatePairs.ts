import type { InputItem } from "./canonicalOrder.ts";
import { compareText } from "./canonicalOrder.ts";
import { groupBy } from "./groupBy.ts";
import type { Corpus } from "./itemSimilarity.ts";

/** Up to this many items all are compared with all. */
const ALL_PAIRS_UP_TO = 400;
/** Longer lists of holders say little and would compare all with all. */
const MAX_HOLDERS = 200;
/** Items compared with one item: so many over all agents, or a few where there are many agents. */
const MAX_CANDIDATES = 36;
const LEAST_CANDIDATES = 3;
/** Items that share a feature, looked at for each candidate taken: the rarest features first. */
const LOOKED_AT = 25;
/** Of items with one title, each is compared with this many that follow it. */
const TITLE_WINDOW = 4;

/** For each item the later items of other agents worth comparing it with: about n log n pairs in all. */
export function candidatePairs(items: readonly InputItem[], corpus: Corpus): Iterable<number>[] {
  if (items.length <= ALL_PAIRS_UP_TO) {
    return items.map(({ index, agent }) =>
      items.slice(index + 1).flatMap((other) => (other.agent === agent ? [] : [other.index])),
    );
  }
  const found = items.map(() => new Set<number>());
  const agents = new Set(items.map(({ agentNumber }) => agentNumber)).size;
  const wanted = Math.max(LEAST_CANDIDATES, Math.floor(MAX_CANDIDATES / agents));
  for (const { index } of items) {
    for (const other of candidatesOf(index, items, corpus, wanted)) {
      found[Math.min(index, other)]?.add(Math.max(index, other));
    }
  }
  for (const [left, right] of sameTitlePairs(items, corpus)) found[left]?.add(right);
  return found;
}

/** Those that share most of the item's rarest features, as these count in likeness. */
function candidatesOf(index: number, items: readonly InputItem[], corpus: Corpus, wanted: number): number[] {
  const shared = new Map<number, number>();
  let left = LOOKED_AT * wanted;
  for (const feature of rarestFeatures(index, corpus)) {
    const counts = (corpus.items[index]?.weights.get(feature) ?? 0) * (corpus.rarities[feature] ?? 0);
    for (const other of corpus.holders[feature] ?? []) {
      if (items[other]?.agentNumber !== items[index]?.agentNumber) shared.set(other, (shared.get(other) ?? 0) + counts);
      if (--left === 0) break;
    }
    if (left === 0) break;
  }
  return [...shared]
    .sort(([one, oneShares], [other, otherShares]) => otherShares - oneShares || one - other)
    .slice(0, wanted)
    .map(([other]) => other);
}

/** An item's features that others have too, the rarest first. */
function rarestFeatures(index: number, corpus: Corpus): number[] {
  const holders = (feature: number) => corpus.holders[feature]?.length ?? 0;
  return (corpus.vectors[index]?.features ?? [])
    .filter((feature) => holders(feature) > 1 && holders(feature) <= MAX_HOLDERS)
    .sort((left, right) => holders(left) - holders(right));
}

/** Hundreds of items may share one title and nothing rare: compared with their neighbours by content. */
function sameTitlePairs(items: readonly InputItem[], corpus: Corpus): [number, number][] {
  const byTitle = groupBy(items, ({ index }) => corpus.items[index]?.titleKey ?? "");
  return [...byTitle.values()].flatMap((group) => {
    const sorted = group.sort((left, right) => compareText(left.key, right.key) || left.index - right.index);
    return sorted.flatMap((item, place) =>
      sorted
        .slice(place + 1, place + 1 + TITLE_WINDOW)
        .filter((other) => other.agent !== item.agent)
        .map((other): [number, number] => [Math.min(item.index, other.index), Math.max(item.index, other.index)]),
    );
  });
}
