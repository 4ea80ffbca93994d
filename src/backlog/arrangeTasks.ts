import { failure, type Result, success } from "../core/result.ts";
import type { Backlog } from "../types.ts";
import { checkValue } from "./checkValue.ts";
import { bySeverity, type Finding } from "./diagnostics.ts";
import { addOverlapEdges, type OrderedTasks } from "./overlapEdges.ts";
import { checkReferences } from "./passes/references.ts";
import type { DraftOrigin, RepositoryFacts } from "./repositoryFacts.ts";
import { topologicalOrder } from "./taskGraph.ts";

export interface ArrangedBacklog {
  readonly backlog: Backlog;
  /** One line for each dependency that was added. */
  readonly notes: readonly string[];
  readonly warnings: readonly Finding[];
}

/**
 * The generator's half of the compiler: what can be mended without judgement is (the order of the list, a missing
 * dependency between tasks that share a file), the rest are findings, all of them together. The result passes the
 * loader.
 */
export function arrangeBacklog(
  value: unknown,
  facts?: RepositoryFacts,
  origin: DraftOrigin = "generated",
): Result<ArrangedBacklog, readonly Finding[]> {
  const notes: string[] = [];
  const { backlog, findings } = checkValue(value, origin, facts, (drafted) => {
    const connected = withOverlapEdges(drafted);
    notes.push(...connected.notes);
    return { ...drafted, tasks: connected.tasks };
  });
  const { errors, warnings } = bySeverity(findings);
  if (errors.length > 0) return failure(errors);
  // The list is in order now, so that it was not is nobody's concern.
  return success({ backlog, notes, warnings: warnings.filter(({ kind }) => kind !== "order") });
}

/** The tasks where they stood. Without ids that can be told apart, or an order, an edge would only bring new errors. */
export function withOverlapEdges(backlog: Backlog): OrderedTasks {
  const unchanged = { tasks: backlog.tasks, notes: [] };
  if (checkReferences(backlog).length > 0) return unchanged;
  const ordered = topologicalOrder(backlog.tasks);
  if (!ordered.ok) return unchanged;
  const { tasks, notes } = addOverlapEdges(ordered.value);
  const connected = new Map(tasks.map((task) => [task.id, task]));
  return { tasks: backlog.tasks.map((task) => connected.get(task.id) ?? task), notes };
}
