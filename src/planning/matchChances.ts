/** Two items of different agents, by index, `left` before `right`, and how alike their words are (0 to 1000). */
export interface ItemPair {
  readonly left: number;
  readonly right: number;
  readonly alike: number;
  /** Whether a word of one title, or what it is related to, is in the other item at all. */
  readonly titled: boolean;
}

/** More change no match of the labelled answers. */
const STEPS = 10;

/**
 * The chance of each pair, 0 to 1, to be the same item, from its odds against both of its items being alone, when every
 * item has at most one partner in the answer of another agent. A strong pair lowers the chances of its rivals, and
 * what has no rivals left needs less: the mean field of all matchings, solved by iteration (the method of Sinkhorn with
 * room for items without a partner). Only sums, products, quotients and square roots, which IEEE 754 fixes.
 */
export function matchChances(
  pairs: readonly ItemPair[],
  agents: readonly number[],
): (odds: Float64Array) => Float64Array {
  const { left, right, count } = slots(pairs, agents);
  return (odds) => {
    /** The chance that an item is alone, as far as one other agent goes. */
    const alone = new Float64Array(count).fill(1);
    const sums = new Float64Array(count);
    for (let step = 0; step < STEPS; step++) {
      sums.fill(1);
      // Counted loops: iterators over the numbers take ten times as long here.
      for (let index = 0; index < odds.length; index++) {
        const one = left[index] ?? 0;
        const other = right[index] ?? 0;
        const value = odds[index] ?? 0;
        sums[one] = (sums[one] ?? 0) + value * (alone[other] ?? 0);
        sums[other] = (sums[other] ?? 0) + value * (alone[one] ?? 0);
      }
      // The middle of the old and the new value: the new ones alone would swing.
      for (let slot = 0; slot < count; slot++) alone[slot] = Math.sqrt((alone[slot] ?? 0) / (sums[slot] ?? 1));
    }
    const aloneAt = (slot: number | undefined) => alone[slot ?? 0] ?? 0;
    return odds.map((value, index) => Math.min(1, value * aloneAt(left[index]) * aloneAt(right[index])));
  };
}

/** An item has a slot for each other agent: at most one partner in each. */
function slots(pairs: readonly ItemPair[], agents: readonly number[]) {
  const numbers = new Map<number, number>();
  const most = 1 + agents.reduce((greatest, agent) => Math.max(greatest, agent), 0);
  const slotOf = (item: number, other: number) => {
    const key = item * most + (agents[other] ?? 0);
    const known = numbers.get(key) ?? numbers.size;
    if (known === numbers.size) numbers.set(key, known);
    return known;
  };
  const left = Int32Array.from(pairs, (pair) => slotOf(pair.left, pair.right));
  const right = Int32Array.from(pairs, (pair) => slotOf(pair.right, pair.left));
  return { left, right, count: numbers.size };
}
