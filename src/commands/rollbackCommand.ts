import type { CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { probeSandbox } from "../core/sandbox.ts";
import { createTrackBranch, trackBranchName, trackRef } from "../git/trackBranch.ts";
import { BranchPublisher } from "../implementation/landing/branchPublisher.ts";
import {
  carryOutUndo,
  describeUndoFailure,
  type LandedTask,
  type PreparedUndo,
  prepareUndo,
} from "../implementation/landing/compensation.ts";
import { readLandings, type TrackLandings } from "../implementation/landing/landedTasks.ts";
import { RunRecorder } from "../implementation/runRecorder.ts";
import { leaseGate } from "../implementation/slots/leasedGate.ts";
import { acquireLock, type Lock } from "../recovery/lock.ts";
import { currentProcessIdentity } from "../recovery/processIdentity.ts";
import { tracksOfRuns } from "../recovery/runStore.ts";
import { openRunForUndo, type UndoRun } from "./rollbackRun.ts";
import {
  headToUndoFrom,
  type RollbackContext,
  type RollbackFlags,
  type RollbackScene,
  readRollbackScene,
  tasksToUndo,
} from "./rollbackScene.ts";
import { DEFAULT_FILE } from "./statusBacklog.ts";

/**
 * `rollback --task`: takes a landed task back, and everything landed that depends on it, by new commits that are
 * verified first. Nothing is changed unless all of it can be; the user's own branch never is.
 */
export async function rollbackCommand(flags: RollbackFlags, context: RollbackContext): Promise<CommandReport> {
  const scene = await readRollbackScene(flags, context);
  const identity = await currentProcessIdentity();
  const purpose = `rollback ${scene.trackId}`;
  const lock = await acquireLock(scene.state.trackLock(scene.trackId), { ...context, identity, purpose, timeoutMs: 0 });
  if (!lock.ok) throw new Refusal(lock.failure.message);
  try {
    return await rollBack(flags.task, scene, context, lock.value);
  } finally {
    await lock.value.release();
  }
}

async function rollBack(
  task: string,
  scene: RollbackScene,
  context: RollbackContext,
  lock: Lock,
): Promise<CommandReport> {
  const { control, git, trackId, user } = scene;
  const run = await openRunForUndo(scene, { clock: context.clock, lock });
  try {
    const landings = await landingsOf(scene);
    const head = await headToUndoFrom(scene);
    if ((await run.showLeftover()).includes(task)) return await finishLeftover(task, head, run, scene);
    const tasks = await tasksToUndo(task, head, landings, scene);
    const undo = await prepareVerified(task, head, tasks, landings, scene, context);

    const branch = await createTrackBranch(git, user, control, trackId, head);
    if (branch.kind === "refused") throw new Refusal(branch.message);
    if (branch.head !== head) throw new Refusal(`${trackBranchName(trackId)} was moved meanwhile: try again.`);
    const log = await run.recording(undo.tasks, head);
    const recorder = new RunRecorder(log, () => undefined);
    await carryOutUndo(undo, { control, recorder, trackRef: trackRef(trackId) });
    return await settle(undo, tasks, recorder, run, scene);
  } finally {
    await run.close();
  }
}

async function landingsOf({ state, trackId }: RollbackScene): Promise<TrackLandings> {
  const runs = (await tracksOfRuns(state.runs)).filter((run) => run.trackId === trackId);
  const landings = await readLandings(state.runs, runs.map(({ runId }) => runId).reverse());
  if (!landings.ok) throw new Refusal(landings.failure.message);
  return landings.value;
}

/** Throws `Refusal` when it conflicts or does not pass: what then is for a person to decide. */
async function prepareVerified(
  task: string,
  head: string,
  tasks: readonly LandedTask[],
  landings: TrackLandings,
  scene: RollbackScene,
  context: RollbackContext,
): Promise<PreparedUndo> {
  const { control, manager, trackId, user } = scene;
  const { backlog } = manager;
  const sandbox = await probeSandbox(context.options.sandbox, context.environment);
  if (!sandbox.ok) throw new Refusal(sandbox.failure);
  const { gate, release } = await leaseGate({
    ...scene,
    context,
    sandbox: sandbox.value,
    setup: backlog.setup.length > 0 ? backlog.setup : (context.options.setup ?? []),
    network: backlog.tasks.some((other) => other.network),
    purpose: `rollback ${trackId}`,
  });
  try {
    const request = {
      head,
      tasks,
      because: `Asked for with rollback --task=${task}.`,
      checks: checksAfter(tasks, landings, scene, context),
    };
    const undo = await prepareUndo(request, { control, gate, author: user.identity, signal: context.signal });
    if (!undo.ok) throw new Refusal(describeUndoFailure(undo.failure, trackBranchName(trackId)));
    return undo.value;
  } finally {
    await release();
  }
}

/** `verify`; without it, what proved the tasks that stay. */
function checksAfter(
  undone: readonly LandedTask[],
  { landed }: TrackLandings,
  { manager }: RollbackScene,
  { options }: RollbackContext,
): readonly string[] {
  const { backlog } = manager;
  const verify = backlog.verify.length > 0 ? backlog.verify : (options.verify ?? []);
  if (verify.length > 0) return verify;
  const gone = new Set(undone.map(({ task }) => task));
  const staying = new Set(landed.map(({ task }) => task).filter((task) => !gone.has(task)));
  const commands = backlog.tasks.filter(({ id }) => staying.has(id)).flatMap(({ acceptance }) => acceptance);
  return [...new Set(commands.map(({ run }) => run))];
}

/** Brings branch and statuses to where the user sees them, and says what is left to do. */
async function settle(
  { commit, head }: PreparedUndo,
  tasks: readonly LandedTask[],
  recorder: RunRecorder,
  run: UndoRun,
  scene: RollbackScene,
): Promise<CommandReport> {
  const { control, git, trackId, user } = scene;
  const ids = tasks.map(({ task }) => task);
  const obstacle = await run.showPending(ids);
  const published = await new BranchPublisher({ git, user, control, recorder, trackId, published: head }).publish(
    commit,
  );
  await run.end();

  const inUse = await Promise.all(tasks.map((task) => control.isAncestor(task.commit, user.head)));
  const text = reportText(ids.toReversed(), commit, inUse.includes(true), scene);
  const reason = published.ok
    ? obstacle
    : `Undone, but ${published.failure}; then run implement, which brings it along.`;
  return { text, outcome: reason === undefined ? { done: true } : { done: false, reason } };
}

/** An earlier `rollback` was cut off after the act: what was left is to show it. */
async function finishLeftover(task: string, head: string, run: UndoRun, scene: RollbackScene): Promise<CommandReport> {
  const { control, git, trackId, user } = scene;
  const branch = await createTrackBranch(git, user, control, trackId, head);
  if (branch.kind === "refused") throw new Refusal(branch.message);
  await run.end();
  return { text: reportText([task], head, false, scene), outcome: { done: true } };
}

function reportText(
  tasks: readonly string[],
  commit: string,
  userHoldsWork: boolean,
  { file, trackId, user }: RollbackScene,
): string {
  const branch = trackBranchName(trackId);
  const where = user.branch ?? "Your commit";
  const flag = file === DEFAULT_FILE ? "" : ` -- --backlog_file=${file}`;
  return [
    `Undone on ${branch} (${commit.slice(0, 9)}), verified: ${tasks.join(", ")}, pending again.`,
    ...(userHoldsWork ? [`${where} still holds the work; to take the undoing there: git merge ${branch}`] : []),
    `To do it again: opencode run implement${flag}`,
  ].join("\n");
}
