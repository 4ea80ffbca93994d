import { coverageIn } from "./coverage.ts";
import { type TestCount, testCounts } from "./testCounts.ts";

/** H14. What a test runner said about its tests. */
export interface TestResults {
  /** Such as `bun`; several that ran in one command are joined by `+`. */
  readonly runner: string;
  readonly passed: number;
  /** A file of tests that could not be loaded counts as one, at least. */
  readonly failed: number;
  /** Skipped, to be written, or expected to fail. */
  readonly skipped: number;
  /** Percent of lines, 0 to 100, where it was printed; of several runs the lowest. */
  readonly coverage?: number;
}

/**
 * Reads the results of node:test, bun, vitest, jest, pytest and `go test` out of the lines a command printed. Runs are added
 * up. Undefined where none of them said how it ended: then the exit status is all that is known. Never throws.
 */
export function testResults(lines: readonly string[]): TestResults | undefined {
  const counts = testCounts(lines);
  if (counts.length === 0) return undefined;
  const sum = (part: (count: TestCount) => number) => counts.reduce((total, count) => total + part(count), 0);
  const coverage = coverageIn(lines);
  return {
    runner: [...new Set(counts.map(({ runner }) => runner))].join("+"),
    passed: sum((count) => count.passed),
    failed: sum((count) => count.failed),
    skipped: sum((count) => count.skipped),
    ...(coverage === undefined ? {} : { coverage }),
  };
}
