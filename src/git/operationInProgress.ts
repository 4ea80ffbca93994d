import { access } from "node:fs/promises";
import { join } from "node:path";

/** What git leaves in a work tree's git directory while an operation waits for the user (git's wt-status.c). */
const MARKERS: readonly (readonly [string, string])[] = [
  ["MERGE_HEAD", "merge"],
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["sequencer", "cherry-pick or revert"],
  ["BISECT_LOG", "bisect"],
];

/** The merge, rebase or the like that the user is in the middle of, or undefined. */
export async function operationInProgress(gitDir: string): Promise<string | undefined> {
  for (const [marker, operation] of MARKERS) {
    if (await pathExists(join(gitDir, marker))) return operation;
  }
  return undefined;
}

async function pathExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
