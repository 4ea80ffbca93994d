import type { Backlog } from "../../types.ts";
import { nameSuggester } from "../closestName.ts";
import type { Finding } from "../diagnostics.ts";

/** Ids are unique (letters compared without case: they become names of refs), and every dependency names a task. */
export function checkReferences(backlog: Backlog): readonly Finding[] {
  const ids = backlog.tasks.map((task) => task.id);
  const known = new Set(ids);
  const byFoldedId = new Map(ids.map((id) => [id.toLowerCase(), id]));
  const suggest = nameSuggester(ids);
  const seen = new Map<string, string>();
  return backlog.tasks.flatMap((task, index) => {
    const findings: Finding[] = [];
    const before = seen.get(task.id.toLowerCase());
    if (before !== undefined) {
      const how = before === task.id ? "" : ` (as ${before}; letters are compared without case)`;
      findings.push({
        kind: "reference",
        path: ["tasks", index, "id"],
        task: task.id,
        message: `the id is used twice${how}`,
      });
    }
    seen.set(task.id.toLowerCase(), task.id);

    task.depends_on.forEach((dependency, position) => {
      const found = { kind: "reference", path: ["tasks", index, "depends_on", position], task: task.id } as const;
      if (dependency === task.id) findings.push({ ...found, message: "the task depends on itself" });
      else if (!known.has(dependency)) {
        const close = byFoldedId.get(dependency.toLowerCase()) ?? suggest(dependency);
        findings.push({
          ...found,
          message: `there is no task ${dependency}`,
          ...(close === undefined ? {} : { suggestion: `did you mean ${close}?` }),
        });
      } else if (task.depends_on.indexOf(dependency) < position) {
        findings.push({ ...found, message: `${dependency} is listed twice` });
      }
    });
    return findings;
  });
}
