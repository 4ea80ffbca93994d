import { expect, test } from "bun:test";
import { namedRetryTime } from "../../../src/host/providerWait.ts";

const NOW = 1_000_000;

test.each([
  [1, 2_000],
  [1, 2_480],
  [2, 4_700],
  [3, 8_000],
  [4, 19_900],
])("retry %d in %d ms is OpenCode's own wait: the provider named no time", (attempt, wait) => {
  expect(namedRetryTime(attempt, NOW + wait, NOW)).toBeUndefined();
});

test.each([
  [1, 30_000],
  [1, 1_000],
  [2, 60_000],
  [3, 34_000],
])("retry %d in %d ms is what the provider named", (attempt, wait) => {
  expect(namedRetryTime(attempt, NOW + wait, NOW)).toBe(NOW + wait);
});

test("without a time there is none", () => {
  expect(namedRetryTime(1, undefined, NOW)).toBeUndefined();
});
