import type { Expense } from "./expense.ts";

/** Cents spent in all. */
export function total(expenses: readonly Expense[]): number {
  return expenses.reduce((sum, expense) => sum + expense.cents, 0);
}

/** Cents spent in each category, in order of first appearance. */
export function totalByCategory(expenses: readonly Expense[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { category, cents } of expenses) totals.set(category, (totals.get(category) ?? 0) + cents);
  return totals;
}
