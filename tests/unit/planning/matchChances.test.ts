import { expect, test } from "bun:test";
import { matchChances } from "../../../src/planning/matchChances.ts";

/** Items 0 and 1 of one agent, 2 and 3 of another. */
const AGENTS = [0, 0, 1, 1];
const chances = (...pairs: readonly (readonly [left: number, right: number, odds: number])[]) => [
  ...matchChances(
    pairs.map(([left, right]) => ({ left, right, alike: 500, titled: true })),
    AGENTS,
  )(Float64Array.from(pairs, ([, , odds]) => odds)),
];

test("a pair without rivals has the chance at which its items are each alone or together", () => {
  // x / (1 - x)^2 = 2 has the solution 1/2.
  expect(chances([0, 2, 2])[0]).toBeCloseTo(0.5, 2);
});

test("a rival lowers a chance, and less so when the rival has a better partner", () => {
  const [alone = 0] = chances([0, 2, 2]);
  const [disputed = 0] = chances([0, 2, 2], [1, 2, 2]);
  const [freed = 0] = chances([0, 2, 2], [1, 2, 2], [1, 3, 40]);
  expect(disputed).toBeLessThan(freed);
  expect(freed).toBeLessThan(alone);
});

test("the chances of an item with one other agent are at most 1 together", () => {
  const found = chances([0, 2, 4], [0, 3, 4]);
  expect(found.reduce((sum, chance) => sum + chance, 0)).toBeLessThan(1.02);
});
