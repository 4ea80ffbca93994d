import { expect, test } from "bun:test";
import { classEfforts, estimateEffort } from "../../../../src/implementation/scheduling/effort.ts";

const samples = (complexity: "documentation" | "simple" | "complex", ...minutes: number[]) =>
  minutes.map((value) => ({ complexity, ms: value * 60_000 }));

test("a harder class and more files take longer, before anything is measured", () => {
  const efforts = classEfforts();
  const one = { files: ["a"] };
  const documentation = estimateEffort(one, "documentation", efforts);
  const simple = estimateEffort(one, "simple", efforts);
  const complex = estimateEffort(one, "complex", efforts);
  expect([documentation < simple, simple < complex]).toEqual([true, true]);
  expect(estimateEffort({ files: ["a", "b", "c"] }, "simple", efforts)).toBeCloseTo(simple * 1.2);
  const many = estimateEffort({ files: Array.from({ length: 40 }, String) }, "simple", efforts);
  expect(many).toBeCloseTo(simple * 1.5);
});

test("the median of what was measured counts from three samples on; what was not measured follows", () => {
  expect(classEfforts(samples("simple", 1, 9))).toEqual(classEfforts());
  const measured = classEfforts([...samples("simple", 1, 1.5, 60), ...samples("complex", 2)]);
  expect(measured.simple).toBe(90_000);
  // Half of what was assumed, as it is for simple tasks.
  expect(measured.complex).toBe(classEfforts().complex / 2);
});

test("times that tell nothing are passed over, and no estimate is shorter than half a minute", () => {
  const efforts = classEfforts([...samples("simple", 0.001, 0.001, 0.001), ...samples("complex", 0, Number.NaN, -1)]);
  expect(estimateEffort({ files: [] }, "simple", efforts)).toBe(30_000);
  expect(Object.values(efforts).every((effort) => effort > 0)).toBe(true);
});
