import type { CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { probeSandbox } from "../core/sandbox.ts";
import { createTrackBranch, trackBranchName, trackRef } from "../git/trackBranch.ts";
import { BranchPublisher } from "../implementation/landing/branchPublisher.ts";
import {
  checksAfter,
  describeRollbackFailure,
  type PreparedRollback,
  prepareRollback,
} from "../implementation/landing/compensation.ts";
import { rolledBackBy } from "../implementation/landing/landingCommits.ts";
import {
  isDoneAlready,
  planRollback,
  type RollbackPlan,
  type RollbackWish,
} from "../implementation/landing/rollbackPlan.ts";
import { carryOut } from "../implementation/landing/rollbackRecord.ts";
import { describeRollback } from "../implementation/landing/rollbackWords.ts";
import { RunRecorder } from "../implementation/runRecorder.ts";
import { leaseGate } from "../implementation/slots/leasedGate.ts";
import { whereKeptThat } from "../recovery/keptRuns.ts";
import type { Lock } from "../recovery/lock.ts";
import { trackPurpose } from "../recovery/trackPurpose.ts";
import { openRunForRollback, type RollbackRun } from "./rollbackRun.ts";
import { headToRollBack, type RollbackContext, type RollbackScene, readRollbackScene } from "./rollbackScene.ts";
import { requestOf, takeTurn } from "./rollbackTurn.ts";
import { type RollbackFlags, wishOf } from "./rollbackWish.ts";

/**
 * `rollback`: takes a landed task back, with everything landed that depends on it, or makes the branch what it was at an
 * earlier commit, by new commits that are verified first. Nothing is changed unless all of it can be; the user's own
 * branch never is. While a run goes on, that does it.
 */
export async function rollbackCommand(flags: RollbackFlags, context: RollbackContext): Promise<CommandReport> {
  const wish = wishOf(flags);
  const scene = await readRollbackScene(flags, context);
  const turn = await takeTurn(requestOf(wish), scene, context);
  if (turn.kind === "settled") return { text: turn.message, outcome: { done: true } };
  try {
    return await rollBack(wish, scene, context, turn.lock);
  } finally {
    await turn.lock.release();
  }
}

async function rollBack(
  wish: RollbackWish,
  scene: RollbackScene,
  context: RollbackContext,
  lock: Lock,
): Promise<CommandReport> {
  const { control, manager, state, trackId } = scene;
  const run = await openRunForRollback(scene, { clock: context.clock, lock });
  try {
    const head = await headToRollBack(wish, scene);
    if (head === undefined)
      throw new Refusal(await orWhereCleaned(`Nothing has landed on ${trackBranchName(trackId)} yet.`, wish, scene));
    const leftover = await run.showLeftover();
    if (leftover !== undefined) {
      await showBranch(head, scene);
      if (await wasMeant(wish, leftover, scene)) return await finishLeftover(run, scene);
    }
    const plan = await planRollback(wish, { control, runs: state.runs, trackId, backlog: manager.backlog, head });
    if (!plan.ok) throw new Refusal(await orWhereCleaned(plan.failure, wish, scene));
    if (await isDoneAlready(plan.value, control)) return nothingToDo(wish, scene);
    const prepared = await prepareVerified(plan.value, scene, context);
    return await settle(prepared, run, scene);
  } finally {
    await run.close();
  }
}

/** Throws `Refusal` when it conflicts or does not pass: what then is for a person to decide. */
async function prepareVerified(
  plan: RollbackPlan,
  scene: RollbackScene,
  context: RollbackContext,
): Promise<PreparedRollback> {
  const { control, manager, trackId, user } = scene;
  const { backlog } = manager;
  const { options, signal } = context;
  const sandbox = await probeSandbox(options.sandbox, context.environment);
  if (!sandbox.ok) throw new Refusal(sandbox.failure);
  const { gate, release } = await leaseGate({
    ...scene,
    context,
    sandbox: sandbox.value,
    setup: backlog.setup.length > 0 ? backlog.setup : (options.setup ?? []),
    network: backlog.tasks.some((other) => other.network),
    purpose: trackPurpose("rollback", trackId),
  });
  try {
    const verify = backlog.verify.length > 0 ? backlog.verify : (options.verify ?? []);
    const checks = checksAfter(plan, backlog, verify);
    const prepared = await prepareRollback(plan, { control, gate, author: user.identity, checks, signal });
    if (!prepared.ok) throw new Refusal(describeRollbackFailure(prepared.failure, trackBranchName(trackId)));
    return prepared.value;
  } finally {
    await release();
  }
}

/** Carries it out, brings branch and statuses to where the user sees them, and says what is left to do. */
async function settle(prepared: PreparedRollback, run: RollbackRun, scene: RollbackScene): Promise<CommandReport> {
  const { control, git, trackId, user } = scene;
  const { plan, commit } = prepared;
  await showBranch(plan.head, scene);
  const recorder = new RunRecorder(await run.recording(plan), () => undefined);
  await carryOut(prepared, { control, recorder, trackRef: trackRef(trackId) });
  const obstacle = await run.showStatuses(plan);
  const publisher = new BranchPublisher({ git, user, control, recorder, trackId, published: plan.head });
  const published = await publisher.publish(commit);
  await run.end();

  const text = await describeRollback(prepared, scene);
  const reason = published.ok
    ? obstacle
    : `Rolled back, but ${published.failure}; then run implement, which brings it along.`;
  return { text, outcome: reason === undefined ? { done: true } : { done: false, reason } };
}

/** Throws `Refusal` where the user's `mac/<track_id>` cannot be at `head`. */
async function showBranch(head: string, { control, git, trackId, user }: RollbackScene): Promise<void> {
  const branch = await createTrackBranch(git, user, control, trackId, head);
  if (branch.kind === "refused") throw new Refusal(branch.message);
  if (branch.head !== head) throw new Refusal(`${trackBranchName(trackId)} was moved meanwhile: try again.`);
}

/** What was cleaned is no longer to be rolled back, which says more than that it is not there. */
async function orWhereCleaned(why: string, wish: RollbackWish, { state, trackId }: RollbackScene): Promise<string> {
  const named = wish.kind === "task" ? wish.task : wish.to;
  const kept = await whereKeptThat(state, trackId, (event) =>
    event.type === "task_landed" || event.type === "task_restored"
      ? event.task === named || isShortFor(named, event.commit)
      : event.type === "task_undone" && isShortFor(named, event.commit),
  );
  return kept === undefined ? why : `${why} ${kept}`;
}

function isShortFor(named: string, commit: string): boolean {
  return /^[0-9a-f]{4,}$/i.test(named) && commit.startsWith(named.toLowerCase());
}

async function wasMeant(wish: RollbackWish, leftover: string, { control }: RollbackScene): Promise<boolean> {
  if (wish.kind !== "task") return false;
  return (await rolledBackBy(control, leftover)).undone.includes(wish.task);
}

/** An earlier `rollback` was cut off after the act, and what was left was to show it. */
async function finishLeftover(run: RollbackRun, { trackId }: RollbackScene): Promise<CommandReport> {
  await run.end();
  const text = `It was undone on ${trackBranchName(trackId)} before, when the process ended; now the statuses show it.`;
  return { text, outcome: { done: true } };
}

function nothingToDo(wish: RollbackWish, { trackId }: RollbackScene): CommandReport {
  const what = wish.kind === "to" ? ` what it was at ${wish.to}` : "";
  return { text: `${trackBranchName(trackId)} is${what} already: nothing was changed.`, outcome: { done: true } };
}
