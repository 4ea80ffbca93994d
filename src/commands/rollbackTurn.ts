import { Refusal } from "../core/refusal.ts";
import type { RollbackWish } from "../implementation/landing/rollbackPlan.ts";
import { leaveRequest, type RunRequestOf, removeRequest } from "../recovery/inbox.ts";
import { acquireLock, type Lock } from "../recovery/lock.ts";
import type { LockFailure } from "../recovery/lockFailure.ts";
import { currentProcessIdentity } from "../recovery/processIdentity.ts";
import { findUnfinishedRun } from "../recovery/runStore.ts";
import { trackPurpose } from "../recovery/trackPurpose.ts";
import { type LeftRequest, settlementOf } from "./leftRequest.ts";
import type { RollbackContext, RollbackScene } from "./rollbackScene.ts";

export type RollbackRequest = Omit<RunRequestOf<"rollback">, "version">;

/** Who does it: we, since nobody works on the track, or the run that was going on, which has. */
export type Turn =
  | { readonly kind: "ours"; readonly lock: Lock }
  | { readonly kind: "settled"; readonly message: string };

/** A run brings its agents to rest first, which takes seconds, and then verifies. */
const LONGEST_WAIT_MS = 60_000;
const LOOK_EVERY_MS = 500;

/**
 * Takes the track; where a run goes on, leaves it the request and waits until it is settled, or the track free, for at most
 * `limitMs`. Throws `Refusal` for one that came to nothing, or that is still waiting then.
 */
export async function takeTurn(
  request: RollbackRequest,
  scene: RollbackScene,
  context: RollbackContext,
  limitMs = LONGEST_WAIT_MS,
): Promise<Turn> {
  const deadline = performance.now() + limitMs;
  let left: LeftRequest | undefined;
  for (;;) {
    const lock = await tryLock(scene, context);
    // Looked at after the lock: whoever had it settled what there was to settle before that was free.
    const settled = left && (await settlementOf(left, scene.state.runs));
    if (settled !== undefined) {
      if (lock.ok) await lock.value.release();
      if (!settled.done) throw new Refusal(settled.message);
      return { kind: "settled", message: settled.message };
    }
    if (lock.ok) {
      await withdraw(left, scene);
      return { kind: "ours", lock: lock.value };
    }
    const owner = runAtWork(lock.failure, scene);
    left = await leave(request, left, scene, context);
    if (context.signal.aborted || performance.now() >= deadline) throw stillWaiting(left, owner);
    await context.pause(LOOK_EVERY_MS, context.signal);
  }
}

export function requestOf(wish: RollbackWish): RollbackRequest {
  return wish.kind === "task" ? { kind: "rollback", task: wish.task } : { kind: "rollback", to: wish.to };
}

async function tryLock({ state, trackId }: RollbackScene, { clock, signal }: RollbackContext) {
  const identity = await currentProcessIdentity();
  return acquireLock(state.trackLock(trackId), {
    identity,
    purpose: trackPurpose("rollback", trackId),
    timeoutMs: 0,
    clock,
    signal,
  });
}

/** Throws `Refusal` unless it is a run that keeps us from the track: nothing else looks into an inbox. */
function runAtWork(failed: LockFailure, { trackId }: RollbackScene): LockFailure & { readonly reason: "held" } {
  if (failed.reason === "held" && failed.purpose === trackPurpose("implement", trackId)) return failed;
  throw new Refusal(failed.message);
}

/** In the inbox of the run that is open now: one that is just beginning may have closed the one before. */
async function leave(
  request: RollbackRequest,
  left: LeftRequest | undefined,
  scene: RollbackScene,
  { clock }: RollbackContext,
): Promise<LeftRequest | undefined> {
  const { state, trackId } = scene;
  const open = await findUnfinishedRun(state.runs, trackId);
  if (!open.ok) throw new Refusal(open.failure.message);
  if (open.value === undefined || open.value === left?.runId) return left;
  await withdraw(left, scene);
  return { runId: open.value, name: await leaveRequest(state.runDirectory(open.value), clock, request) };
}

async function withdraw(left: LeftRequest | undefined, { state }: RollbackScene): Promise<void> {
  if (left !== undefined) await removeRequest(state.runDirectory(left.runId), left.name);
}

function stillWaiting(left: LeftRequest | undefined, owner: LockFailure & { readonly reason: "held" }): Refusal {
  if (left === undefined) return new Refusal(owner.message);
  return new Refusal(
    `The rollback is left for the run that is going on (process ${owner.owner.pid}): it is done as soon as its tasks have come to rest; see status.`,
  );
}
