import type { BacklogManager } from "../../backlog/backlogManager.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { requireMoved } from "../../git/refs.ts";
import type { RunEvent } from "../../recovery/runEvents.ts";
import type { RunLog } from "../../recovery/runLog.ts";
import type { RunState } from "../../recovery/runState.ts";
import { isInAttempt } from "../../recovery/taskState.ts";
import type { TaskStatus } from "../../types.ts";
import type { RunRecorder } from "../runRecorder.ts";
import type { PreparedRollback } from "./compensation.ts";
import { type RolledBack, rolledBackBy } from "./landingCommits.ts";

export interface CarryOutOptions {
  readonly control: ControlRepository;
  readonly recorder: RunRecorder;
  readonly trackRef: string;
}

/** Tasks of a rollback that somebody is working on in this run: it cannot be recorded now. */
export function inTheWay({ undone, restored }: PreparedRollback["plan"], { tasks }: RunState): readonly string[] {
  const ids = new Set([...undone, ...restored].map(({ task }) => task));
  return [...ids].filter((id) => {
    const task = tasks.get(id);
    return task !== undefined && isInAttempt(task);
  });
}

/**
 * Compensation, second half: moves the head of the track by compare-and-swap and journals each task as undone, then as
 * restored. The commit says itself what it rolls back, so `recordRolledBack` completes the journal after a crash in
 * between. Rejects when the head is not where the rollback was prepared for.
 */
export async function carryOut(
  { plan, commit }: PreparedRollback,
  { control, recorder, trackRef }: CarryOutOptions,
): Promise<void> {
  const { because, head, restored, undone } = plan;
  const restarts = await builtOn(plan, recorder.state, control);
  const moved = await control.updateRef(trackRef, commit, head);
  requireMoved(moved, trackRef);
  for (const [index, { task }] of undone.toReversed().entries()) {
    const first = index === 0 && restarts.length > 0 ? { restarts: [...restarts] } : {};
    await recorder.record({ type: "task_undone", task, commit, because, ...first });
  }
  for (const { task, commit: own, irreversible } of restored) {
    const lasting = irreversible === undefined ? {} : { irreversible };
    await recorder.record({ type: "task_restored", task, commit: own, head: commit, because, ...lasting });
  }
}

/** Records what the head of the branch says was rolled back, and the journal does not know yet. */
export async function recordRolledBack(control: ControlRepository, log: RunLog, head: string): Promise<void> {
  // What a run begins on top of is told by an earlier one.
  if (log.state.started?.base === head) return;
  const rolledBack = await rolledBackBy(control, head);
  for (const event of missingEvents(rolledBack, log.state, head)) await log.record(event);
}

/**
 * Shows in the backlog what the open run has rolled back, where a crash kept that from the file: a run that came to rest
 * has shown it. @returns the commit that did it; undefined: there is nothing to be shown
 */
export async function showRolledBack(
  control: ControlRepository,
  { head, interrupted, tasks }: RunState,
  manager: BacklogManager,
): Promise<string | undefined> {
  if (interrupted || head === undefined) return undefined;
  const { undone, restored } = await rolledBackBy(control, head);
  const pending = undone.filter((id) => tasks.get(id)?.phase === "ready");
  const complete = restored.map(({ task }) => task).filter((id) => tasks.get(id)?.phase === "complete");
  if (pending.length + complete.length === 0) return undefined;
  await showStatuses(pending, "pending", manager);
  await showStatuses(complete, "complete", manager);
  return head;
}

/** What is no longer in the file is passed by. @returns whether the file has all of them */
export async function showStatuses(
  ids: readonly string[],
  status: TaskStatus,
  manager: BacklogManager,
): ReturnType<BacklogManager["save"]> {
  const known = new Set(manager.backlog.tasks.map(({ id }) => id));
  for (const id of ids) if (known.has(id)) await manager.updateTaskStatus(id, status);
  return manager.save();
}

/** Tasks whose saved work was made from a commit that holds what is undone: their next attempt cannot begin there. */
async function builtOn(
  { undone }: PreparedRollback["plan"],
  { tasks }: RunState,
  control: ControlRepository,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { id, continuation } of tasks.values()) {
    if (continuation === undefined) continue;
    for (const { commit } of undone) {
      if (!(await control.isAncestor(commit, continuation.base))) continue;
      found.push(id);
      break;
    }
  }
  return found;
}

function missingEvents({ undone, restored }: RolledBack, { head, tasks }: RunState, commit: string): RunEvent[] {
  const because = "it was rolled back when the process ended";
  const backWith = new Map(restored.map(({ task, commit: own }) => [task, own]));
  // Some of it is in the journal, or none: all of it is recorded before the run goes on.
  const isCutOff = head !== commit || undone.some((id) => tasks.get(id)?.isHeldBack === true);
  const lacksUndoing = (id: string) => {
    const task = tasks.get(id);
    if (task?.phase === "complete") return task.landedCommit !== backWith.get(id);
    return isCutOff && (task === undefined || (task.phase === "ready" && !task.isHeldBack));
  };
  const lacksReturn = (id: string, own: string) => {
    const task = tasks.get(id);
    return task === undefined || (!isInAttempt(task) && task.landedCommit !== own);
  };
  return [
    ...undone.filter(lacksUndoing).map((task) => ({ type: "task_undone", task, commit, because }) as const),
    ...restored
      .filter(({ task, commit: own }) => lacksReturn(task, own))
      .map(({ task, commit: own }) => ({ type: "task_restored", task, commit: own, head: commit, because }) as const),
  ];
}
