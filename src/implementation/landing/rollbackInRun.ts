import { failure, type Result, success } from "../../core/result.ts";
import { unreachable } from "../../core/unreachable.ts";
import { GitError } from "../../git/gitFailure.ts";
import { trackBranchName, trackRef } from "../../git/trackBranch.ts";
import { inspectRepository } from "../../git/userRepository.ts";
import type { RunRequestOf } from "../../recovery/inbox.ts";
import { readTrackRuns } from "../checkpoints/findCheckpoint.ts";
import {
  type CheckpointRollback,
  describeRolledBack,
  findRollbackTarget,
  type RollbackTarget,
  rollBackToCheckpoint,
} from "../checkpoints/rollBackToCheckpoint.ts";
import type { Settlement } from "../requests/runRequests.ts";
import type { CrewSources } from "../runCrew.ts";
import { checksAfter, describeRollbackFailure, type PreparedRollback, prepareRollback } from "./compensation.ts";
import { isDoneAlready, planRollback, type RollbackPlan, type RollbackWish } from "./rollbackPlan.ts";
import { carryOut, inTheWay } from "./rollbackRecord.ts";
import { describeRollback } from "./rollbackWords.ts";

/** What a request comes to, before anything is changed. */
type Weighed =
  | { readonly kind: "foregone"; readonly settlement: Settlement }
  | { readonly kind: "branch"; readonly plan: RollbackPlan }
  | { readonly kind: "checkpoint"; readonly wish: CheckpointRollback; readonly target: RollbackTarget };

/**
 * A rollback that another process asked the run's owner for, done while nothing else is under way. Git that fails settles
 * it as what it then is: a request that stayed would meet every later process of the run with the same failure.
 */
export async function rollBackInRun(request: RunRequestOf<"rollback">, run: CrewSources): Promise<Settlement> {
  const before = run.recorder.head;
  try {
    return await carryOutInRun(await weigh(request, run), run);
  } catch (error) {
    if (error instanceof GitError) return settlementOf(error, before, run);
    throw error;
  }
}

/** Throws `failed` where the journal and the branch differ, which only whoever takes the run up anew can mend. */
async function settlementOf(
  failed: GitError,
  before: string,
  { control, recorder, scene }: CrewSources,
): Promise<Settlement> {
  const head = await control.readRef(trackRef(scene.backlog.track_id));
  if (head !== recorder.head) throw failed;
  return head === before
    ? notRolledBack(failed)
    : { done: true, message: `Done by the run that is going on, but then git failed: ${failed.message}. See status.` };
}

function notRolledBack(failed: GitError): Settlement {
  return { done: false, message: `Not rolled back, since git failed: ${failed.message}. See doctor, then ask again.` };
}

async function carryOutInRun(weighed: Weighed, run: CrewSources): Promise<Settlement> {
  switch (weighed.kind) {
    case "foregone":
      return weighed.settlement;
    case "checkpoint":
      return goBackInRun(weighed.wish, weighed.target, run);
    case "branch":
      return undoInRun(weighed.plan, run);
    default:
      return unreachable(weighed);
  }
}

/**
 * What becomes of a rollback that is refused, or that finds everything as it is wanted: nobody has to stop working to
 * hear that. Undefined: it is to be done. Makes no commit.
 */
export async function foregoneRollback(
  request: RunRequestOf<"rollback">,
  run: CrewSources,
): Promise<Settlement | undefined> {
  try {
    const weighed = await weigh(request, run);
    return weighed.kind === "foregone" ? weighed.settlement : undefined;
  } catch (error) {
    if (error instanceof GitError) return notRolledBack(error);
    throw error;
  }
}

async function weigh(request: RunRequestOf<"rollback">, { control, recorder, scene }: CrewSources): Promise<Weighed> {
  const { checkpoint, mode = "full" } = request;
  const trackId = scene.backlog.track_id;
  const { runs } = scene.state;
  const { backlog } = scene.manager;
  if (checkpoint !== undefined) {
    const target = await findRollbackTarget(checkpoint, await readTrackRuns(runs, trackId), { backlog, control });
    return target.ok
      ? { kind: "checkpoint", wish: { checkpoint, mode }, target: target.value }
      : foregone(false, target.failure);
  }
  const wish = wishOf(request);
  if (wish === undefined) return foregone(false, "The request names nothing to roll back.");
  const plan = await planRollback(wish, { control, runs, trackId, backlog, head: recorder.head });
  if (!plan.ok) return foregone(false, plan.failure);
  if (await isDoneAlready(plan.value, control)) {
    return foregone(true, `${trackBranchName(trackId)} is that already: nothing was changed.`);
  }
  return { kind: "branch", plan: plan.value };
}

function foregone(done: boolean, message: string): Weighed {
  return { kind: "foregone", settlement: { done, message } };
}

async function undoInRun(plan: RollbackPlan, run: CrewSources): Promise<Settlement> {
  const { control, scene } = run;
  const done = await rollRunBack(plan, run);
  if (!done.ok) return { done: false, message: done.failure };
  const user = await inspectRepository(scene.git, scene.user.root);
  const trackId = scene.backlog.track_id;
  const text = await describeRollback(done.value, { control, user, trackId, backlogFile: scene.backlogFile });
  return { done: true, message: `Done by the run that is going on, which leaves what was undone alone.\n${text}` };
}

/** The next attempt at the task, in this run, goes on from there. */
async function goBackInRun(
  wish: CheckpointRollback,
  target: RollbackTarget,
  { control, recorder, scene }: CrewSources,
): Promise<Settlement> {
  const { backlog } = scene.manager;
  const means = { backlog, control, author: scene.user.identity, indexes: scene.state.indexes };
  const done = await rollBackToCheckpoint(target, wish.mode, recorder, means);
  return done.ok
    ? { done: true, message: describeRolledBack(wish, done.value) }
    : { done: false, message: done.failure };
}

/** The failure is for a person: nothing was changed. What the user's branch cannot show now it shows with the next landing. */
export async function rollRunBack(plan: RollbackPlan, run: CrewSources): Promise<Result<PreparedRollback, string>> {
  const { context, control, equipment, progress, publisher, recorder, scene, verify } = run;
  const trackId = scene.backlog.track_id;
  const busy = inTheWay(plan, recorder.state);
  if (busy.length > 0) {
    return failure(`${busy.join(", ")} is about to land: ask again once it has. Nothing was changed.`);
  }
  const prepared = await prepareRollback(plan, {
    ...{ control, gate: equipment.gate, author: scene.user.identity, signal: context.signal },
    checks: checksAfter(plan, scene.manager.backlog, verify),
  });
  if (!prepared.ok) return failure(describeRollbackFailure(prepared.failure, trackBranchName(trackId)));
  await carryOut(prepared.value, { control, recorder, trackRef: trackRef(trackId) });
  const published = await publisher.publish(prepared.value.commit);
  if (!published.ok) progress.say("warn", published.failure);
  return success(prepared.value);
}

function wishOf({ task, to }: RunRequestOf<"rollback">): RollbackWish | undefined {
  if (task !== undefined) return { kind: "task", task };
  return to === undefined ? undefined : { kind: "to", to };
}
