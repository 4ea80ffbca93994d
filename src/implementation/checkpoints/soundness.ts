import { CHECKPOINT } from "../../git/commitTrailers.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Continuation, TaskCheckpoint, TaskState } from "../../recovery/taskState.ts";

/**
 * O8. Why a checkpoint cannot be gone back to: its commit or something it holds is not there any more, or it is another
 * one's. The ids of commit and tree are checksums of all they hold. Undefined: it is sound.
 */
export async function whyUnsound(
  control: ControlRepository,
  { base, commit, id }: Pick<TaskCheckpoint, "base" | "commit" | "id">,
): Promise<string | undefined> {
  const unreadable = await control.whyUnreadable(commit, base);
  if (unreadable !== undefined) return unreadable;
  const [found] = await control.commits({ to: commit, limit: 1 });
  const own = found?.trailers.get(CHECKPOINT)?.[0];
  // Versions before this one wrote none.
  return own === undefined || own === id ? undefined : `its commit is that of ${own}`;
}

/** Undefined: none of them is sound. */
export async function latestSound(
  checkpoints: readonly TaskCheckpoint[],
  control: ControlRepository,
): Promise<TaskCheckpoint | undefined> {
  for (const one of checkpoints.toReversed()) if ((await whyUnsound(control, one)) === undefined) return one;
  return undefined;
}

/** O8. What the next attempt goes on from, as far as it can be read: else the latest sound checkpoint before it. */
export async function soundContinuation(
  { checkpoints, continuation }: Pick<TaskState, "checkpoints" | "continuation">,
  control: ControlRepository,
): Promise<Continuation | undefined> {
  if (continuation === undefined) return undefined;
  const { attempt, base, commit } = continuation;
  if ((await control.whyUnreadable(commit, base)) === undefined) return continuation;
  const earlier = checkpoints.filter((one) => one.attempt === attempt && one.base === base);
  const sound = await latestSound(earlier, control);
  return sound && { attempt, base, commit: sound.commit, isWhole: false };
}
