import { failure, type Result, success } from "../core/result.ts";
import type { Backlog } from "../types.ts";
import { backlogSchema } from "./backlogSchema.ts";
import { checkTasks } from "./checkTasks.ts";
import { decodeBacklog } from "./decodeBacklog.ts";
import { bySeverity, type Finding } from "./diagnostics.ts";
import { addOverlapEdges } from "./overlapEdges.ts";
import type { RepositoryFacts } from "./repositoryFacts.ts";
import { compileSchema } from "./schemaFindings.ts";
import { topologicalOrder } from "./taskGraph.ts";

export interface ArrangedBacklog {
  readonly backlog: Backlog;
  /** One line for each dependency that was added. */
  readonly notes: readonly string[];
  readonly warnings: readonly Finding[];
}

const checkSchema = compileSchema(backlogSchema);

/**
 * The generator's half of the compiler: what can be mended without judgement is (the order of the list, a missing
 * dependency between tasks that share a file), the rest are findings. The result passes the loader.
 */
export function arrangeBacklog(value: unknown, facts?: RepositoryFacts): Result<ArrangedBacklog, readonly Finding[]> {
  const shape = checkSchema(value);
  if (shape.length > 0) return failure(shape);
  const backlog = decodeBacklog(value);
  const ordered = topologicalOrder(backlog.tasks);
  const { tasks, notes } = ordered.ok ? addOverlapEdges(ordered.value) : { tasks: backlog.tasks, notes: [] };
  const checked = checkTasks({ ...backlog, tasks }, "generated", facts);
  const { errors, warnings } = bySeverity(checked.findings);
  return errors.length === 0 ? success({ backlog: checked.backlog, notes, warnings }) : failure(errors);
}
