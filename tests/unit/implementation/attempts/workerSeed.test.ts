import { expect, test } from "bun:test";
import { workerSeed } from "../../../../src/implementation/attempts/workerSeed.ts";

test("a seed is the same for the same run, task and attempt, another for any other, and 31 bits", () => {
  const seed = workerSeed("run", "T001", 1);
  expect(workerSeed("run", "T001", 1)).toBe(seed);
  const others = [workerSeed("run", "T001", 2), workerSeed("run", "T002", 1), workerSeed("other", "T001", 1)];
  expect(new Set([seed, ...others]).size).toBe(4);
  for (const each of [seed, ...others]) {
    expect(Number.isInteger(each)).toBe(true);
    expect(each >= 0 && each < 2 ** 31).toBe(true);
  }
});
