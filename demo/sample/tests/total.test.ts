import { expect, test } from "bun:test";
import { parseExpenses, total, totalByCategory } from "../src/index.ts";

const expenses = parseExpenses("2026-01-05,food,12.50\n2026-01-06,travel,40.00\n2026-01-07,food,0.05");

test("adds everything up", () => {
  expect(total(expenses)).toBe(5255);
});

test("adds up each category", () => {
  expect([...totalByCategory(expenses)]).toEqual([
    ["food", 1255],
    ["travel", 4000],
  ]);
});
