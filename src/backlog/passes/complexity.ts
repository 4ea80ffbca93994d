import type { Backlog, Task } from "../../types.ts";
import { complexEntries, complexFilesIn, describeEntry, MAX_COMPLEX_FILES } from "../complexFiles.ts";
import { type Finding, quote } from "../diagnostics.ts";
import type { Origin, RepositoryFacts } from "../repositoryFacts.ts";

/**
 * H10: at most three complex files in a task. An entry that names many files, a glob or a folder, counts as one, since
 * it permits, and does not order, that all of them be changed; that it reaches more is refused only where a model that
 * can be asked again wrote it. What is complete costs nothing any more.
 */
export function checkComplexity(backlog: Backlog, origin: Origin, facts: RepositoryFacts): readonly Finding[] {
  return backlog.tasks.flatMap((task, index) =>
    task.status === "complete" ? [] : [...tooMany(task, index, facts), ...tooWide(task, index, origin, facts)],
  );
}

function tooMany(task: Task, index: number, facts: RepositoryFacts): readonly Finding[] {
  const complex = complexEntries(task, facts);
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
}

function tooWide(task: Task, index: number, origin: Origin, facts: RepositoryFacts): readonly Finding[] {
  const complexFilesOf = complexFilesIn(facts);
  return task.files.flatMap((entry, at): Finding[] => {
    const complex = complexFilesOf(entry);
    const [first] = complex;
    if (first === undefined || complex.length <= MAX_COMPLEX_FILES) return [];
    const limit = `at most ${MAX_COMPLEX_FILES} are ${origin === "generated" ? "for one task" : "advised"}`;
    return [
      {
        kind: "complexity",
        ...(origin === "generated" ? {} : { severity: "warning" }),
        path: ["tasks", index, "files", at],
        task: task.id,
        message: `${quote(entry)} may write ${complex.length} complex files, such as ${describeEntry(first, facts)}; ${limit}`,
        suggestion: "name the ones the task changes",
      },
    ];
  });
}
