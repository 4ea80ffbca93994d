import { readTrackBranch } from "../git/trackBranch.ts";
import { findUnfinishedRun } from "../recovery/runStore.ts";
import type { ImplementScene } from "./implementScene.ts";

/** True if every task is complete, no run is open, and the user's commit holds all that is on the track's branch. */
export async function isNothingLeft({ git, user, state, backlog }: ImplementScene): Promise<boolean> {
  if (backlog.tasks.some((task) => task.status !== "complete")) return false;
  const open = await findUnfinishedRun(state.runs, backlog.track_id);
  if (!open.ok || open.value !== undefined) return false;
  const branch = await readTrackBranch(git, user, backlog.track_id);
  return branch === undefined || git.test(["merge-base", "--is-ancestor", branch, user.head], { cwd: user.root });
}
