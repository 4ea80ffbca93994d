import { expect, test } from "bun:test";
import { replacements } from "../../../../src/implementation/checkpoints/rolledBackTree.ts";

const judged = (commit: string, ...violating: string[]) => ({ commit, violating: new Set(violating) });

/** The latest work first, the chosen checkpoint last. */
const HISTORY = [judged("c4", "a", "b"), judged("c3", "a"), judged("c2", "a", "c"), judged("c1", "b")];

test("partial takes what is in violation from the checkpoint, whatever it was there", () => {
  expect([...replacements("partial", HISTORY, "base")]).toEqual([
    ["a", "c1"],
    ["b", "c1"],
  ]);
});

test("smart takes each file from where it last was not in violation, back to the checkpoint", () => {
  expect([...replacements("smart", HISTORY, "base")]).toEqual([
    ["a", "c1"],
    ["b", "c3"],
  ]);
});

test("smart takes what was always in violation as it was before the attempt", () => {
  expect([...replacements("smart", [judged("c2", "a"), judged("c1", "a")], "base")]).toEqual([["a", "base"]]);
});

test("work without a violation stays as it is", () => {
  const clean = [judged("c2"), judged("c1", "a")];
  expect(replacements("smart", clean, "base").size + replacements("partial", clean, "base").size).toBe(0);
});
