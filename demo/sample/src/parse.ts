import type { Expense } from "./expense.ts";

const LINE = /^(\d{4}-\d{2}-\d{2}),([^,]+),(\d+)\.(\d{2})$/;

/**
 * Reads one expense a line: `date,category,amount`, the amount with two decimals. Empty lines are skipped.
 * Throws a SyntaxError that names the first line it cannot read.
 */
export function parseExpenses(text: string): Expense[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const [, date, category, whole, cents] = LINE.exec(line.trim()) ?? [];
    if (date === undefined || category === undefined) throw new SyntaxError(`Line ${index + 1} is no expense: ${line}`);
    return [{ date, category: category.trim(), cents: Number(whole) * 100 + Number(cents) }];
  });
}
