import type { BacklogManager } from "../backlog/backlogManager.ts";
import { Refusal } from "../core/refusal.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import type { Git } from "../git/gitProcess.ts";
import { readTrackBranch } from "../git/trackBranch.ts";
import type { UserRepository } from "../git/userRepository.ts";
import type { RunLog } from "../recovery/runLog.ts";
import { closeAttempts } from "./runOpening.ts";
import { describeUnwritten, StatusProjection } from "./statusProjection.ts";

/**
 * Ends a run that a new one takes over from. Its journal is not read again: what landed has to be in the file first.
 * @returns what has landed
 */
export async function closeTakenOver(
  run: RunLog,
  manager: BacklogManager,
  control: ControlRepository,
): Promise<ReadonlySet<string>> {
  await closeAttempts(control, run);
  const tasks = [...run.state.tasks.values()];
  const landed = new Set(tasks.filter((task) => task.phase === "complete").map((task) => task.id));
  const ignore = () => undefined;
  const written = await new StatusProjection(manager, () => run.state, landed, ignore).settle(true);
  if (!written.ok) throw new Refusal(`What the last run landed is kept, but ${describeUnwritten(written.failure)}`);
  await run.record({ type: "run_finished", outcome: "incomplete" });
  await run.close();
  return landed;
}

/**
 * Where a branch that is not there yet begins: at the user's commit, or, deleted under an open run, where that was.
 * @param head of the open run; undefined: there is none
 */
export async function startOf(
  { git, user, control }: { readonly git: Git; readonly user: UserRepository; readonly control: ControlRepository },
  trackId: string,
  head: string | undefined,
): Promise<string> {
  if (head === undefined || (await readTrackBranch(git, user, trackId)) !== undefined) return user.head;
  return (await control.isAncestor(head, user.head)) ? user.head : head;
}
