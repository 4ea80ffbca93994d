import type { Backlog, Task } from "../../types.ts";
import { type Finding, quote } from "../diagnostics.ts";
import { type ScopeOverlap, scopeOverlaps } from "../scopeOverlaps.ts";
import type { HasPath } from "../taskGraph.ts";

/** Beyond this many the file has one mistake, not many: it was written without thinking of overlaps. */
const MAX_FINDINGS = 200;

const TOO_MANY: Finding = {
  kind: "overlap",
  path: ["tasks"],
  message: "too many patterns of files would have to be compared with one another",
  suggestion: "begin them with a folder instead of a wildcard, and write fewer alternatives in braces",
};

/**
 * Two tasks that may write the same file have a path between them, or they could run at once and undo one another's
 * work. `ordered` are the backlog's tasks in topological order.
 */
export function checkOverlaps(backlog: Backlog, ordered: readonly Task[], hasPath: HasPath): readonly Finding[] {
  const position = new Map(backlog.tasks.map((task, index) => [task.id, index]));
  const findings: Finding[] = [];
  const overlaps = scopeOverlaps(ordered);
  for (let next = overlaps.next(); findings.length < MAX_FINDINGS; next = overlaps.next()) {
    if (next.done) return next.value === "too many" ? [...findings, TOO_MANY] : findings;
    const first = ordered[next.value.first];
    const second = ordered[next.value.second];
    if (!first || !second || hasPath(first.id, second.id)) continue;
    findings.push(describe(next.value, first, second, position.get(second.id) ?? 0));
  }
  return findings;
}

function describe({ firstEntry, secondEntry }: ScopeOverlap, first: Task, second: Task, position: number): Finding {
  const entries =
    firstEntry === secondEntry
      ? `both may write ${quote(firstEntry)}`
      : `${quote(secondEntry)} may meet ${quote(firstEntry)} of ${first.id}`;
  return {
    kind: "overlap",
    path: ["tasks", position, "files", second.files.indexOf(secondEntry)],
    task: second.id,
    message: `${second.id} and ${first.id} could run at once, and ${entries}`,
    suggestion: `add ${first.id} to depends_on of ${second.id}, or narrow files`,
  };
}
