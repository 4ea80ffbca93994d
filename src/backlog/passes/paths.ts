import { protectedPathReason } from "../../core/protectedPaths.ts";
import type { Backlog } from "../../types.ts";
import { type Finding, quote } from "../diagnostics.ts";
import { parsePathPattern } from "../pathPattern.ts";

/** What a task may write lies inside the repository and is not git's, OpenCode's or ours; something must be listed. */
export function checkPaths(backlog: Backlog): readonly Finding[] {
  return backlog.tasks.flatMap((task, index) => {
    const inTask = (field: "files" | "reads", entries: readonly string[]) =>
      entries.flatMap((entry, at): Finding[] => {
        const problem = field === "files" ? writeProblem(entry) : readProblem(entry);
        if (problem === undefined) return [];
        return [
          { kind: "scope", path: ["tasks", index, field, at], task: task.id, message: `${quote(entry)} ${problem}` },
        ];
      });
    return [...nothingToWrite(task, index), ...inTask("files", task.files), ...inTask("reads", task.reads)];
  });
}

function nothingToWrite(task: Backlog["tasks"][number], index: number): readonly Finding[] {
  if (task.files.length > 0 || task.allow_empty) return [];
  return [
    {
      kind: "scope",
      path: ["tasks", index, "files"],
      task: task.id,
      message: "the task may write nothing, so it could never be done",
      suggestion: "list its files, or set allow_empty: true",
    },
  ];
}

function writeProblem(entry: string): string | undefined {
  const pattern = parsePathPattern(entry);
  if (!pattern.ok) return pattern.failure;
  // A wide glob may be used: the scope test leaves protected paths out. One that names such a path was meant.
  const reason = protectedPathReason(pattern.value.text);
  return reason === undefined ? undefined : `${reason}; a task may not write it`;
}

function readProblem(entry: string): string | undefined {
  const pattern = parsePathPattern(entry);
  return pattern.ok ? undefined : pattern.failure;
}
