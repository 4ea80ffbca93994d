/** One expense. */
export interface Expense {
  /** ISO date, such as 2026-01-05. */
  readonly date: string;
  readonly category: string;
  /** Whole cents, so that sums stay exact. */
  readonly cents: number;
}
