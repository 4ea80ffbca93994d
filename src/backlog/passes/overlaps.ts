import type { Backlog } from "../../types.ts";
import { type Finding, quote } from "../diagnostics.ts";
import { scopeOverlaps } from "../scopeOverlaps.ts";
import { pathFinder } from "../taskGraph.ts";

/** Beyond this many the file has one mistake, not many: it was written without thinking of overlaps. */
const MAX_FINDINGS = 200;

/**
 * Two tasks that may write the same file have a path between them, or they could run at once and undo one another's
 * work. The backlog must be in topological order, without cycles.
 */
export function checkOverlaps(backlog: Backlog): readonly Finding[] {
  const { tasks } = backlog;
  const hasPath = pathFinder(tasks);
  const findings: Finding[] = [];
  for (const overlap of scopeOverlaps(tasks)) {
    const first = tasks[overlap.first];
    const second = tasks[overlap.second];
    if (!first || !second || hasPath(first.id, second.id)) continue;
    const entries =
      overlap.firstEntry === overlap.secondEntry
        ? `both may write ${quote(overlap.firstEntry)}`
        : `${quote(overlap.secondEntry)} may meet ${quote(overlap.firstEntry)} of ${first.id}`;
    findings.push({
      path: ["tasks", overlap.second, "files", second.files.indexOf(overlap.secondEntry)],
      task: second.id,
      message: `${second.id} and ${first.id} could run at once, and ${entries}`,
      suggestion: `add ${first.id} to depends_on of ${second.id}, or narrow files`,
    });
    if (findings.length >= MAX_FINDINGS) break;
  }
  return findings;
}
