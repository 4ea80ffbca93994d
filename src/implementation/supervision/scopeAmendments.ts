import { prepareOverlap, shapesOverlap } from "../../backlog/globOverlap.ts";
import { parsePathPattern } from "../../backlog/pathPattern.ts";
import type { ScopeRequest } from "../../core/agentSupervisor.ts";
import { protectedPathReason } from "../../core/protectedPaths.ts";
import type { RunState } from "../../recovery/runState.ts";
import type { Task } from "../../types.ts";

export type Amendment =
  | { readonly granted: true; readonly paths: readonly string[] }
  | { readonly granted: false; readonly paths: readonly string[]; readonly because: string };

/**
 * Decides whether an agent may write more paths than its task names: single files, none of them protected, none of them
 * in the scope of another task that is still to be done, so that no two tasks ever write the same file at once. What a
 * task that is complete could write, nobody owns any more. All or nothing.
 */
export function decideAmendment(
  { paths }: ScopeRequest,
  task: Task,
  tasks: readonly Task[],
  run: Pick<RunState, "tasks">,
): Amendment {
  const normal: string[] = [];
  for (const path of paths) {
    const parsed = parsePathPattern(path);
    if (!parsed.ok) return refused(paths, `${path} ${parsed.failure}`);
    const { text, literal } = parsed.value;
    if (!literal || path.endsWith("/")) return refused(paths, `${path} is no single file: name each file`);
    const reason = protectedPathReason(text);
    if (reason !== undefined) return refused(paths, `${path} ${reason}`);
    const owner = tasks.find((other) => other.id !== task.id && isOpen(other, run) && owns(other, text, run));
    if (owner !== undefined) return refused(paths, `${path} belongs to ${owner.id} (${owner.title})`);
    normal.push(text);
  }
  if (normal.length === 0) return refused(paths, "no path was named");
  return { granted: true, paths: normal };
}

function refused(paths: readonly string[], because: string): Amendment {
  return { granted: false, paths, because };
}

function isOpen({ id, status }: Task, { tasks }: Pick<RunState, "tasks">): boolean {
  const phase = tasks.get(id)?.phase;
  return phase === undefined ? status !== "complete" : phase !== "complete";
}

function owns({ id, files }: Task, path: string, { tasks }: Pick<RunState, "tasks">): boolean {
  const wanted = prepareOverlap(path);
  const owned = [...files, ...(tasks.get(id)?.grantedPaths ?? [])].flatMap(prepareOverlap);
  return owned.some((shape) => wanted.some((other) => shapesOverlap(shape, other)));
}
