import type { TextPlace } from "../core/decodeUtf8.ts";

/** One thing wrong with a plan, at its place in the file. */
export interface PlanProblem extends TextPlace {
  readonly message: string;
}

/** What is wrong, in the order of the file: at least one problem, at most `MAX_SHOWN`, of `total`. */
export interface PlanProblems {
  readonly problems: readonly PlanProblem[];
  readonly total: number;
}

const MAX_SHOWN = 20;

export function planProblems(found: readonly PlanProblem[], total = found.length): PlanProblems {
  const sorted = [...found].sort((left, right) => left.line - right.line || left.column - right.column);
  return { problems: sorted.slice(0, MAX_SHOWN), total };
}

/**
 * One line each, `tasks/PLAN.md:120:7: message`; with several, a last line that says it all when it is the only one
 * somebody reads.
 */
export function formatPlanProblems(file: string, { problems, total }: PlanProblems): string {
  const lines = problems.map(({ line, column, message }) => printable(`${file}:${line}:${column}: ${message}`));
  const [first] = problems;
  if (first === undefined || total === 1) return lines.join("\n");
  const hidden = total > problems.length ? `, of which the first ${problems.length} are shown` : "";
  const summary = `${file}: ${total} errors${hidden}. The first is ${first.line}:${first.column}: ${first.message}`;
  return [...lines, printable(summary)].join("\n");
}

/** Keys and the parser's messages quote the file: it must not steer the terminal or break the line. */
function printable(line: string): string {
  return line.replace(/[\p{Cc}\p{Surrogate}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu, "\u{fffd}");
}
