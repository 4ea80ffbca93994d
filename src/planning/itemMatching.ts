import { compareText, type InputItem } from "./canonicalOrder.ts";
import { groupBy } from "./groupBy.ts";
import { buildCorpus, type Corpus, similarity } from "./itemSimilarity.ts";

/**
 * From this similarity on two items are the same item. Chosen on one labelled half of the paraphrase sets in
 * tests/unit/planning, reported on the other.
 */
const SAME_ITEM = 400;
/** Enough when each is the other's best match by `CLEAR_MARGIN` in the other agent's answer. */
const SAME_ITEM_IF_MUTUAL = 270;
const CLEAR_MARGIN = 80;

/** Longer lists of holders say little and would compare all with all. */
const MAX_HOLDERS = 200;
/** Items compared with one item, those that share its rarest terms and files first. */
const MAX_CANDIDATES = 16;
/** Of items with one title, each is compared with this many that follow it. */
const TITLE_WINDOW = 16;

interface Pair {
  readonly left: number;
  readonly right: number;
  readonly score: number;
  /** Word for word the same item. */
  readonly equal: boolean;
}

/**
 * Groups of items that mean the same, each with at most one item of an agent, best matches first. Every item is in
 * exactly one group; items of one agent are never joined. About n log n: candidates come from an index over terms and
 * files, never from all pairs.
 */
export function matchItems(items: readonly InputItem[]): InputItem[][] {
  const corpus = buildCorpus(items.map(({ item }) => item));
  const pairs = scoredPairs(items, corpus);
  const accepted = acceptedPairs(items, pairs);
  return joinPairs(items, accepted);
}

function scoredPairs(items: readonly InputItem[], corpus: Corpus): Pair[] {
  const pairs: Pair[] = [];
  for (const [left, candidates] of candidatePairs(items, corpus).entries()) {
    for (const right of candidates) {
      const leftFeatures = corpus.features[left];
      const rightFeatures = corpus.features[right];
      if (leftFeatures === undefined || rightFeatures === undefined) continue;
      const score = similarity(corpus, leftFeatures, rightFeatures);
      if (score < SAME_ITEM_IF_MUTUAL) continue;
      pairs.push({ left, right, score, equal: items[left]?.key === items[right]?.key });
    }
  }
  return pairs;
}

/** For each item the later items worth comparing it with. */
function candidatePairs(items: readonly InputItem[], corpus: Corpus): Set<number>[] {
  const found = items.map(() => new Set<number>());
  for (const { index, agent } of items) {
    for (const other of candidatesOf(index, corpus, (number) => items[number]?.agent === agent)) {
      found[Math.min(index, other)]?.add(Math.max(index, other));
    }
  }
  for (const [left, right] of sameTitlePairs(items, corpus)) found[left]?.add(right);
  return found;
}

function candidatesOf(index: number, corpus: Corpus, excluded: (item: number) => boolean): Set<number> {
  const candidates = new Set<number>();
  for (const holders of rarestHolders(index, corpus)) {
    for (const other of holders) {
      if (candidates.size === MAX_CANDIDATES) return candidates;
      if (!excluded(other)) candidates.add(other);
    }
  }
  return candidates;
}

/** Who else has each term and file of an item, the rarest first. */
function rarestHolders(index: number, corpus: Corpus): (readonly number[])[] {
  const features = corpus.features[index];
  const terms = features === undefined ? [] : [...features.bodyTerms, ...features.files];
  return terms
    .map((term) => corpus.holders[term] ?? [])
    .filter((holders) => holders.length > 1 && holders.length <= MAX_HOLDERS)
    .sort((left, right) => left.length - right.length);
}

/** Hundreds of items may share one title and nothing rare: compared with their neighbours by content. */
function sameTitlePairs(items: readonly InputItem[], corpus: Corpus): [number, number][] {
  const byTitle = groupBy(items, ({ index }) => corpus.features[index]?.titleKey ?? "");
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

/** The pairs that are the same item, the surest first; ties in canonical order. */
function acceptedPairs(items: readonly InputItem[], pairs: readonly Pair[]): Pair[] {
  const best = bestScores(items, pairs);
  const clearlyBest = (item: number, { left, right, score }: Pair) => {
    const other = items[item === left ? right : left];
    const [first, second] = best.get(rivalKey(item, other?.agent)) ?? [0, 0];
    return score === first && score - second >= CLEAR_MARGIN;
  };
  return pairs
    .filter((pair) => pair.score >= SAME_ITEM || (clearlyBest(pair.left, pair) && clearlyBest(pair.right, pair)))
    .sort(
      (one, other) =>
        Number(other.equal) - Number(one.equal) ||
        other.score - one.score ||
        one.left - other.left ||
        one.right - other.right,
    );
}

/** The best and the second best score of each item in each other agent's answer. */
function bestScores(items: readonly InputItem[], pairs: readonly Pair[]): Map<string, readonly [number, number]> {
  const best = new Map<string, readonly [number, number]>();
  for (const { left, right, score } of pairs) {
    for (const key of [rivalKey(left, items[right]?.agent), rivalKey(right, items[left]?.agent)]) {
      const [first, second] = best.get(key) ?? [0, 0];
      best.set(key, score > first ? [score, first] : [first, Math.max(second, score)]);
    }
  }
  return best;
}

function rivalKey(item: number, agent: string | undefined): string {
  return `${item} ${agent}`;
}

/** Joins pair by pair; a pair that would put two items of one agent together is passed over. */
function joinPairs(items: readonly InputItem[], pairs: readonly Pair[]): InputItem[][] {
  const groups = new Map<number, InputItem[]>(items.map((item) => [item.index, [item]]));
  for (const { left, right } of pairs) {
    const one = groups.get(left) ?? [];
    const other = groups.get(right) ?? [];
    const agents = new Set(one.map(({ agent }) => agent));
    if (other.some(({ agent }) => agents.has(agent))) continue;
    const joined = [...one, ...other].sort((first, second) => first.index - second.index);
    for (const { index } of joined) groups.set(index, joined);
  }
  return [...new Set(groups.values())];
}
