import type { InputItem } from "./canonicalOrder.ts";
import { compareText } from "./canonicalOrder.ts";
import { groupBy } from "./groupBy.ts";
import type { Corpus } from "./itemSimilarity.ts";

/** Up to this many items all are compared with all. */
const ALL_PAIRS_UP_TO = 400;
/** Longer lists of holders say little and would compare all with all. */
const MAX_HOLDERS = 200;
/** Items compared with one item, those that share its rarest features first. */
const MAX_CANDIDATES = 6;
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
  for (const { index } of items) {
    for (const other of candidatesOf(index, items, corpus)) found[Math.min(index, other)]?.add(Math.max(index, other));
  }
  for (const [left, right] of sameTitlePairs(items, corpus)) found[left]?.add(right);
  return found;
}

function candidatesOf(index: number, items: readonly InputItem[], corpus: Corpus): Set<number> {
  const candidates = new Set<number>();
  for (const holders of rarestHolders(index, corpus)) {
    for (const other of holders) {
      if (candidates.size === MAX_CANDIDATES) return candidates;
      if (items[other]?.agent !== items[index]?.agent) candidates.add(other);
    }
  }
  return candidates;
}

/** Who else has each feature of an item, the rarest first. */
function rarestHolders(index: number, corpus: Corpus): (readonly number[])[] {
  return (corpus.vectors[index]?.features ?? [])
    .map((feature) => corpus.holders[feature] ?? [])
    .filter((holders) => holders.length > 1 && holders.length <= MAX_HOLDERS)
    .sort((left, right) => left.length - right.length);
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
