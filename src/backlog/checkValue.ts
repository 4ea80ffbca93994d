import type { Backlog } from "../types.ts";
import { backlogSchema } from "./backlogSchema.ts";
import { type CheckedTasks, checkTasks } from "./checkTasks.ts";
import { decodeBacklog } from "./decodeBacklog.ts";
import type { Finding, ValuePath } from "./diagnostics.ts";
import type { Origin, RepositoryFacts } from "./repositoryFacts.ts";
import { compileSchema } from "./schemaFindings.ts";

const checkSchema = compileSchema(backlogSchema);

/**
 * Any value against the schema and every pass, all findings together. `prepare` may change the backlog before the
 * passes see it, but must leave the tasks where they stand: the paths of the findings are positions of the value's list.
 */
export function checkValue(
  value: unknown,
  origin: Origin,
  facts: RepositoryFacts | undefined,
  prepare: (backlog: Backlog) => Backlog = (backlog) => backlog,
): CheckedTasks {
  const shape = checkSchema(value);
  const checked = checkTasks(prepare(decodeBacklog(value)), origin, facts);
  // The passes see what the schema refused as empty: what they say about the same value would only repeat it.
  const spokenFor = shape.length === 0 ? () => false : valuesSpokenFor(shape);
  const others = checked.findings.filter((finding) => !spokenFor(finding.path)).map(withoutEmptyId);
  return { ...checked, findings: [...shape, ...others] };
}

/** True for a value the findings are about, and for one that holds such a value or lies inside one. */
function valuesSpokenFor(findings: readonly Finding[]): (path: ValuePath) => boolean {
  const exact = new Set(findings.map((finding) => JSON.stringify(finding.path)));
  const around = new Set(findings.flatMap((finding) => prefixes(finding.path)));
  return (path) => around.has(JSON.stringify(path)) || prefixes(path).some((prefix) => exact.has(prefix));
}

function prefixes(path: ValuePath): readonly string[] {
  return Array.from({ length: path.length + 1 }, (_, length) => JSON.stringify(path.slice(0, length)));
}

/** A task whose id the schema refused is known by its place only. */
function withoutEmptyId({ task, ...finding }: Finding): Finding {
  return task === undefined || task === "" ? finding : { ...finding, task };
}
