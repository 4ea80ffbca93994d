import { expect, test } from "bun:test";
import { parseExpenses } from "../src/index.ts";

test("reads one expense a line, in cents", () => {
  expect(parseExpenses("2026-01-05,food,12.50\n\n2026-01-06,travel,40.00\n")).toEqual([
    { date: "2026-01-05", category: "food", cents: 1250 },
    { date: "2026-01-06", category: "travel", cents: 4000 },
  ]);
});

test("names the line it cannot read", () => {
  expect(() => parseExpenses("2026-01-05,food,12.50\nyesterday,food,1")).toThrow("Line 2");
});
