import { DEFAULT_BACKLOG_FILE } from "../backlog/backlogDocument.ts";
import type { CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { createTrackBranch } from "../git/trackBranch.ts";
import { readTrackRuns } from "../implementation/checkpoints/findCheckpoint.ts";
import {
  type CheckpointRollback,
  describeRolledBack,
  findRollbackTarget,
  type RollbackTarget,
  type RunToGoOn,
  rollBackToCheckpoint,
} from "../implementation/checkpoints/rollBackToCheckpoint.ts";
import { ROLLBACK_MODES } from "../implementation/checkpoints/rolledBackTree.ts";
import { tasksToDo } from "../implementation/implementScene.ts";
import { canGoOn, closeAttempt, type RunPurpose, startRun, takeUpRun } from "../implementation/runOpening.ts";
import { startOf, takeOver } from "../implementation/runTakeOver.ts";
import { describeUnwritten } from "../implementation/statusProjection.ts";
import { whereKeptThat } from "../recovery/keptRuns.ts";
import type { Lock } from "../recovery/lock.ts";
import type { RunLog } from "../recovery/runLog.ts";
import { isInAttempt } from "../recovery/taskState.ts";
import { type RollbackContext, type RollbackScene, readRollbackScene } from "./rollbackScene.ts";
import { takeTurn } from "./rollbackTurn.ts";
import type { RollbackFlags } from "./rollbackWish.ts";

export interface CheckpointRollbackFlags extends CheckpointRollback {
  readonly trackId?: string | undefined;
}

/**
 * `rollback --checkpoint`: the next attempt at a task that has not landed goes on from there. The run it is recorded in
 * is left open, so that `implement` goes on with it; where one goes on, that does it. Throws `Refusal` where it cannot
 * be gone back to.
 */
export async function checkpointRollbackCommand(
  flags: CheckpointRollbackFlags,
  context: RollbackContext,
): Promise<CommandReport> {
  const { checkpoint, mode, trackId } = flags;
  const task = trackId === undefined ? taskIn(checkpoint) : undefined;
  const scene = await readRollbackScene({ task, trackId }, context);
  const turn = await takeTurn({ kind: "rollback", checkpoint, mode }, scene, context);
  if (turn.kind === "settled") return { text: turn.message, outcome: { done: true } };
  try {
    return await rollBack(flags, scene, context, turn.lock);
  } finally {
    await turn.lock.release();
  }
}

/** Throws `Refusal`, in one line, where the flags do not say one thing. */
export function checkpointWishOf(
  flags: RollbackFlags & { readonly checkpoint?: string | undefined; readonly mode?: string | undefined },
): CheckpointRollbackFlags {
  const { checkpoint, mode = "full", task, to, trackId } = flags;
  if (checkpoint === undefined) throw new Refusal("--mode says how to go back to a checkpoint: add --checkpoint=<id>.");
  if (task !== undefined || to !== undefined) {
    throw new Refusal(
      `--checkpoint and --${task === undefined ? "to" : "task"} do not go together: expected one of them.`,
    );
  }
  const known = ROLLBACK_MODES.find((one) => one === mode);
  if (known === undefined) throw new Refusal(`--mode=${mode} is none of ${ROLLBACK_MODES.join(", ")}.`);
  return { checkpoint, mode: known, trackId };
}

/** A checkpoint's id names its task, and so the track. */
function taskIn(checkpoint: string): string | undefined {
  return /^[0-9a-f]+-(.+)-\d+-c\d+$/.exec(checkpoint)?.[1];
}

async function rollBack(
  { checkpoint, mode }: CheckpointRollback,
  scene: RollbackScene,
  { clock }: RollbackContext,
  lock: Lock,
): Promise<CommandReport> {
  const { control, manager, state, trackId, user } = scene;
  const opener = { state, control, clock, lock, author: user.identity };
  let log: RunLog | undefined = await takeUpRun(opener, trackId);
  try {
    const { backlog } = manager;
    const target = await findRollbackTarget(checkpoint, await readTrackRuns(state.runs, trackId), { backlog, control });
    if (!target.ok) throw new Refusal((await cleanedWith(checkpoint, scene)) ?? target.failure);
    const purpose = await purposeOf(target.value, scene, log);
    if (log !== undefined && !(canGoOn(log.state, purpose) && log.state.tasks.has(target.value.spec.id))) {
      log = await takeOver(opener, log, manager, purpose);
    }
    log ??= await startRun(opener, purpose);
    await comeToRest(target.value.spec.id, log, control);
    const means = { backlog, control, author: user.identity, indexes: state.indexes };
    const rolledBack = await rollBackToCheckpoint(target.value, mode, runOf(log), means);
    if (!rolledBack.ok) throw new Refusal(rolledBack.failure);
    const written = await manager.updateTaskStatus(target.value.spec.id, "pending");
    await log.record({ type: "run_interrupted" });
    const obstacle = written.ok ? undefined : `Gone back, but ${describeUnwritten(written.failure)}`;
    return {
      text: `${describeRolledBack({ checkpoint, mode }, rolledBack.value)}\nTo go on: opencode run implement${flagOf(scene)}`,
      outcome: obstacle === undefined ? { done: true } : { done: false, reason: obstacle },
    };
  } finally {
    await log?.close();
  }
}

/** Where the run of a checkpoint is that was cleaned. */
function cleanedWith(checkpoint: string, { state, trackId }: RollbackScene): Promise<string | undefined> {
  return whereKeptThat(state, trackId, (event) => event.type === "checkpoint_taken" && event.id === checkpoint);
}

/** Its attempt is over, also one whose work has passed and was about to land. */
async function comeToRest(id: string, log: RunLog, control: ControlRepository): Promise<void> {
  if (log.state.interrupted) await log.record({ type: "run_resumed" });
  const task = log.state.tasks.get(id);
  if (task !== undefined && isInAttempt(task)) await closeAttempt(control, log, task);
}

function runOf(log: RunLog): RunToGoOn {
  return { runId: log.runId, state: log.state, record: (event) => log.record(event) };
}

/** What a run would be opened for by `implement` once the task is to be done again. */
async function purposeOf(
  { spec }: RollbackTarget,
  scene: RollbackScene,
  open: RunLog | undefined,
): Promise<RunPurpose> {
  const { backlogFile, control, git, manager, trackId, user } = scene;
  const { backlog } = manager;
  const branch = await createTrackBranch(git, user, control, trackId, await startOf(scene, trackId, open?.state.head));
  if (branch.kind === "refused") throw new Refusal(branch.message);
  const wanted = new Set([spec.id, ...tasksToDo(backlog, undefined).map(({ id }) => id)]);
  const tasks = backlog.tasks.filter(({ id }) => wanted.has(id));
  return { backlog, backlogFile, tasks, head: branch.head, userBranch: user.branch, workers: 0 };
}

function flagOf({ backlogFile }: RollbackScene): string {
  return backlogFile === DEFAULT_BACKLOG_FILE ? "" : ` -- --backlog_file=${backlogFile}`;
}
