import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { counted } from "../../core/counted.ts";
import { failure, type Result, success } from "../../core/result.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Identity } from "../../git/userRepository.ts";
import type { RunEvent } from "../../recovery/runEvents.ts";
import type { RunState } from "../../recovery/runState.ts";
import { isInAttempt, type TaskCheckpoint, type TaskState } from "../../recovery/taskState.ts";
import type { Backlog, Task } from "../../types.ts";
import { TaskScope } from "../supervision/taskScope.ts";
import { checkpointId, checkpointRef, checkpointsOf } from "./attemptCheckpoints.ts";
import { checkpointMessage } from "./checkpointMessage.ts";
import { type FoundCheckpoint, findCheckpoint, type TrackRuns } from "./findCheckpoint.ts";
import { judgeCommit, type RollbackMode, replacements, treeOfReplacements } from "./rolledBackTree.ts";
import { latestSound, whyUnsound } from "./soundness.ts";

export interface CheckpointRollback {
  /** Its id. */
  readonly checkpoint: string;
  readonly mode: RollbackMode;
}

/** The run that is to go on from the checkpoint: nothing of the task is under way in it. */
export interface RunToGoOn {
  readonly runId: string;
  readonly state: RunState;
  record(event: RunEvent): Promise<void>;
}

export interface RollbackMeans {
  readonly control: ControlRepository;
  readonly backlog: Backlog;
  readonly author: Identity;
  /** Folder for index files of ours. */
  readonly indexes: string;
}

/** A task whose next attempt goes on from what it was. */
export interface RolledBack {
  readonly task: string;
  readonly commit: string;
  /** Paths that are as they were at the checkpoint, or before it, again. */
  readonly reverted: readonly string[];
  /** The checkpoint that holds what there was until now; undefined: there was nothing else. */
  readonly wayBack: string | undefined;
}

/** A checkpoint that can be gone back to, with its task as the backlog has it now. */
export interface RollbackTarget extends FoundCheckpoint {
  readonly spec: Task;
}

/** What is to be gone back to, or for the person why it cannot be. Changes nothing. */
export async function findRollbackTarget(
  checkpoint: string,
  runs: TrackRuns,
  { backlog, control }: Pick<RollbackMeans, "backlog" | "control">,
): Promise<Result<RollbackTarget, string>> {
  const found = findCheckpoint(checkpoint, runs);
  if (!found.ok) return found;
  const { id } = found.value.task;
  const spec = backlog.tasks.find((task) => task.id === id);
  if (spec === undefined) return failure(`The backlog has no task ${id} any more, which ${checkpoint} is of.`);
  const states = runs.flatMap(({ state }) => state.tasks.get(id) ?? []);
  if (spec.status === "complete" || states[0]?.phase === "complete") {
    return failure(`${id} has landed: use rollback --task=${id}, then go back to ${checkpoint}.`);
  }
  const unsound = await whyUnsound(control, found.value.checkpoint);
  if (unsound === undefined) return success({ ...found.value, spec });
  const { checkpoints } = found.value.task;
  const earlier = checkpoints.slice(0, checkpoints.indexOf(found.value.checkpoint));
  const sound = await latestSound(earlier, control);
  const instead = sound === undefined ? "" : `; the latest one before it that is sound is ${sound.id}`;
  return failure(`Checkpoint ${checkpoint} is damaged: ${unsound}${instead}. Nothing was changed.`);
}

/**
 * X3. Lets the next attempt at a task that has not landed go on from a checkpoint: the work is put together in
 * control.git and kept, then on record. What there was until now is a checkpoint too, so this can itself be gone back
 * on. The caller owns the run.
 */
export async function rollBackToCheckpoint(
  { checkpoint, runId, spec, task }: RollbackTarget,
  mode: RollbackMode,
  run: RunToGoOn,
  means: RollbackMeans,
): Promise<Result<RolledBack, string>> {
  const state = run.state.tasks.get(spec.id);
  if (state === undefined) return failure(`The run that goes on has no task ${spec.id}.`);
  if (isInAttempt(state)) return failure(`${spec.id} is being worked on: stop the run first.`);
  const wayBack = await keepStanding(state, run, means, task);
  const history = await historyOf(task, checkpoint, means.control);
  const made = await makeTree({ checkpoint, history, mode, spec, granted: task.grantedPaths }, means);
  const { author, control } = means;
  const facts = { runId, task: spec.id, attempt: checkpoint.attempt, id: checkpoint.id, cause: `rollback ${mode}` };
  const latest = history[0] ?? checkpoint.commit;
  const commit = await control.commit({
    tree: made.tree,
    parents: [latest],
    message: checkpointMessage(facts),
    author,
  });
  await control.pin(`refs/mac/checkpoints/${run.runId}/${spec.id}/rollback/${commit}`, commit);
  await run.record({
    type: "task_rolled_back",
    task: spec.id,
    checkpoint: checkpoint.id,
    mode,
    from_attempt: checkpoint.attempt,
    base: checkpoint.base,
    commit,
    reverted: [...made.reverted],
  });
  return success({ task: spec.id, commit, reverted: made.reverted, wayBack });
}

interface Composition {
  readonly mode: RollbackMode;
  readonly checkpoint: TaskCheckpoint;
  /** The latest work first, the checkpoint last. */
  readonly history: readonly string[];
  readonly spec: Task;
  readonly granted: readonly string[];
}

async function makeTree(
  { checkpoint, granted, history, mode, spec }: Composition,
  { control, indexes }: RollbackMeans,
): Promise<{ readonly tree: string; readonly reverted: readonly string[] }> {
  const { base, commit } = checkpoint;
  const latest = history[0] ?? commit;
  if (mode === "full") {
    return { tree: await control.treeOf(commit), reverted: (await control.changedPaths(latest, commit)) ?? [] };
  }
  const { mayWrite } = new TaskScope(spec, granted);
  const judged = [];
  for (const one of history) judged.push(await judgeCommit(one, base, control, mayWrite));
  const replaced = replacements(mode, judged, base);
  const indexFile = join(indexes, `rollback-${randomUUID()}`);
  try {
    return { tree: await treeOfReplacements(latest, replaced, control, indexFile), reverted: [...replaced.keys()] };
  } finally {
    await rm(indexFile, { force: true });
  }
}

/** Commits of the checkpoint's attempt from its latest sound work back to the checkpoint. */
async function historyOf(
  { attempts, checkpoints, latest }: TaskState,
  checkpoint: TaskCheckpoint,
  control: ControlRepository,
): Promise<readonly string[]> {
  const later = checkpoints
    .slice(checkpoints.findIndex(({ id }) => id === checkpoint.id) + 1)
    .filter(({ attempt }) => attempt === checkpoint.attempt)
    .toReversed();
  const sound: string[] = [];
  const isLast = attempts === checkpoint.attempt && latest !== undefined;
  if (isLast && (await control.whyUnreadable(latest, checkpoint.base)) === undefined) sound.push(latest);
  for (const one of later) if ((await whyUnsound(control, one)) === undefined) sound.push(one.commit);
  return [...new Set([...sound, checkpoint.commit])];
}

/** What the task would go on with as it is, or what of it can still be read, as a checkpoint: there already, or taken now. */
async function keepStanding(
  state: TaskState,
  run: RunToGoOn,
  { author, control }: RollbackMeans,
  found: TaskState,
): Promise<string | undefined> {
  const standing = state.continuation?.commit ?? state.latest ?? found.latest;
  const base = state.continuation?.base ?? state.base ?? found.base;
  if (standing === undefined || base === undefined) return found.checkpoints.at(-1)?.id;
  const known = [...found.checkpoints, ...state.checkpoints];
  if ((await control.whyUnreadable(standing, base)) !== undefined) return (await latestSound(known, control))?.id;
  for (const one of known.toReversed()) {
    if ((await control.changedPaths(one.commit, standing))?.length === 0) return one.id;
  }
  const { attempts, id: task } = state;
  const count = checkpointsOf(state, attempts) + 1;
  const id = checkpointId(run.runId, task, attempts, count);
  const ref = checkpointRef(run.runId, task, attempts, count);
  const facts = { runId: run.runId, task, attempt: attempts, id, cause: "rollback" };
  const tree = await control.treeOf(standing);
  const commit = await control.commit({ tree, parents: [standing], message: checkpointMessage(facts), author });
  await control.pin(ref, commit);
  await run.record({ type: "checkpoint_taken", task, attempt: attempts, id, commit, ref, cause: "rollback", base });
  return id;
}

/** What was done, and how to take it back, for a person. */
export function describeRolledBack(
  { checkpoint, mode }: CheckpointRollback,
  { reverted, task, wayBack }: RolledBack,
): string {
  const back =
    wayBack === undefined || wayBack === checkpoint
      ? ""
      : `\nWhat there was is kept as ${wayBack}: rollback --checkpoint=${wayBack} --mode=full`;
  return `${task} goes on from ${checkpoint} (${mode}); ${counted(reverted.length, "file")} put back.${back}`;
}
