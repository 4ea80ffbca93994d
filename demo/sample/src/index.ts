export type { Expense } from "./expense.ts";
export { parseExpenses } from "./parse.ts";
export { total, totalByCategory } from "./total.ts";
