import type { Backlog } from "../../types.ts";
import { complexEntriesIn, describeEntry, MAX_COMPLEX_FILES } from "../complexFiles.ts";
import type { Finding } from "../diagnostics.ts";
import type { RepositoryFacts } from "../repositoryFacts.ts";

/**
 * H10: at most three complex files in a task. An entry that names many files, a glob or a folder, counts as one: it
 * permits, and does not order, that all of them be changed. What is complete costs nothing any more.
 */
export function checkComplexity(backlog: Backlog, facts: RepositoryFacts): readonly Finding[] {
  const complexEntries = complexEntriesIn(facts);
  return backlog.tasks.flatMap((task, index): Finding[] => {
    if (task.status === "complete") return [];
    const complex = complexEntries(task);
    if (complex.length <= MAX_COMPLEX_FILES) return [];
    return [
      {
        kind: "complexity",
        path: ["tasks", index, "files"],
        task: task.id,
        message: `${complex.length} complex files are too many for one task: ${complex
          .map((entry) => describeEntry(entry, facts))
          .join(", ")}`,
        suggestion: `split the task so that each part has at most ${MAX_COMPLEX_FILES} of them`,
      },
    ];
  });
}
