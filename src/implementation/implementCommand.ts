import { formatWarnings } from "../backlog/diagnostics.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { recordOrWarn } from "../factory/recordOrWarn.ts";
import { SpecRepository } from "../factory/specRepository.ts";
import { ControlRepository } from "../git/controlRepository.ts";
import { Slot } from "../git/slot.ts";
import { createProgressReporter } from "../monitoring/progressReporter.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";
import { acquireLock, type Lock } from "../recovery/lock.ts";
import { currentProcessIdentity } from "../recovery/processIdentity.ts";
import { trackPurpose } from "../recovery/trackPurpose.ts";
import { describeDryRun } from "./forecast/dryRun.ts";
import type { WholeLoop } from "./health/smokeTest.ts";
import { type ImplementFlags, type ImplementScene, readScene } from "./implementScene.ts";
import { refuseLostWork } from "./lostWork.ts";
import { isNothingLeft } from "./nothingLeft.ts";
import { runTrack } from "./trackRun.ts";
import { WorktreeManager } from "./worktreeManager.ts";

/** `implement`: works the backlog off with many agents at once, onto the branch `mac/<track_id>`. */
export function implementCommand(flags: ImplementFlags, context: CommandContext): Promise<CommandReport> {
  return implement(flags, context, implementUnchecked);
}

/** The same without health checks but those of the base: what their smoke test sends its tasks through. */
export function implementUnchecked(flags: ImplementFlags, context: CommandContext): Promise<CommandReport> {
  return implement(flags, context, undefined);
}

async function implement(
  flags: ImplementFlags,
  context: CommandContext,
  loop: WholeLoop | undefined,
): Promise<CommandReport> {
  const scene = await readScene(flags, context);
  if (flags.dryRun) return { text: dryRunOf(scene, context), outcome: { done: true } };
  await scene.manager.clearUnfinished();
  await refuseLostWork(scene);
  if (await isNothingLeft(scene)) {
    return { text: `Everything in ${scene.backlogFile} is complete already.`, outcome: { done: true } };
  }

  const progress = createProgressReporter({ ...context, stream: context.progressStream });
  const lock = await lockTrack(scene, context);
  try {
    return await withWorktrees(flags, scene, context, lock, progress, loop);
  } finally {
    progress.stop();
    await lock.release();
  }
}

function dryRunOf(scene: ImplementScene, { models, options }: CommandContext): string {
  const { unprovenTasks, warnings } = scene.manager;
  return describeDryRun({ ...scene, models, options, unprovenTasks, warnings: formatWarnings(warnings) });
}

/** What the workers are about to be given: where it is not as we wrote it, a person has edited it. */
async function recordBacklog(
  control: ControlRepository,
  { manager, backlog, backlogFile }: ImplementScene,
  { clock }: CommandContext,
  progress: ProgressReporter,
): Promise<void> {
  const spec = { backlog, text: manager.loadedText, file: backlogFile };
  await recordOrWarn(
    backlogFile,
    () => new SpecRepository(control, clock).noticeBacklog(spec),
    (message) => progress.log({ message, level: "warn", context: { phaseId: "implement", timestamp: clock.now() } }),
  );
}

/** One run a repository and track: a second one is told who holds it. */
async function lockTrack({ backlog, state }: ImplementScene, context: CommandContext): Promise<Lock> {
  const lock = await acquireLock(state.trackLock(backlog.track_id), {
    identity: await currentProcessIdentity(),
    purpose: trackPurpose("implement", backlog.track_id),
    timeoutMs: context.options.lockTimeoutMs,
    clock: context.clock,
    signal: context.signal,
  });
  if (!lock.ok) throw new Refusal(lock.failure.message);
  return lock.value;
}

async function withWorktrees(
  flags: ImplementFlags,
  scene: ImplementScene,
  context: CommandContext,
  lock: Lock,
  progress: ProgressReporter,
  loop: WholeLoop | undefined,
): Promise<CommandReport> {
  const { git, state, user, backlog } = scene;
  const control = await ControlRepository.open(git, state, user);
  await recordBacklog(control, scene, context, progress);
  const worktrees = await WorktreeManager.lease(Math.min(scene.workers, Math.max(1, scene.tasks.length)), {
    state,
    identity: await currentProcessIdentity(),
    purpose: trackPurpose("implement", backlog.track_id),
    clock: context.clock,
    openSlot: (kind, number) => Slot.open(git, state, user, control, kind, number),
  });
  try {
    return await runTrack({ flags, scene, context, lock, progress, control, worktrees, loop });
  } finally {
    await worktrees.cleanupAll();
  }
}
