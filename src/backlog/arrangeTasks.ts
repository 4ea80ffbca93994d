import { failure, type Result, success } from "../core/result.ts";
import type { Backlog } from "../types.ts";
import { backlogSchema } from "./backlogSchema.ts";
import { checkTasks } from "./compileBacklog.ts";
import { decodeBacklog } from "./decodeBacklog.ts";
import type { Finding } from "./diagnostics.ts";
import { addOverlapEdges } from "./overlapEdges.ts";
import { compileSchema } from "./schemaFindings.ts";
import { topologicalOrder } from "./taskGraph.ts";

export interface ArrangedBacklog {
  readonly backlog: Backlog;
  readonly notes: readonly string[];
}

const checkSchema = compileSchema(backlogSchema);

/**
 * The generator's half of the compiler: what can be mended without judgement is (the order of the list, a missing
 * dependency between tasks that share a file), the rest are findings. The result passes the loader.
 */
export function arrangeBacklog(value: unknown): Result<ArrangedBacklog, readonly Finding[]> {
  const shape = checkSchema(value);
  if (shape.length > 0) return failure(shape);
  const backlog = decodeBacklog(value);
  const ordered = topologicalOrder(backlog.tasks);
  if (!ordered.ok) return failure(checkTasks(backlog));
  const { tasks, notes } = addOverlapEdges(ordered.value);
  const arranged = { ...backlog, tasks };
  const findings = checkTasks(arranged);
  return findings.length === 0 ? success({ backlog: arranged, notes }) : failure(findings);
}
