import { adoptObjects } from "../../git/objectTransfer.ts";
import { describeLock } from "../../git/staleLocks.ts";
import {
  isInUsersBranch,
  readTrackBranch,
  removeTrackBranch,
  trackBranchName,
  trackRef,
} from "../../git/trackBranch.ts";
import { acquireLock } from "../../recovery/lock.ts";
import { runsOfUnknownTrack, tracksOfRuns } from "../../recovery/runStore.ts";
import { trackPurpose } from "../../recovery/trackPurpose.ts";
import type { CleanScene } from "./cleanScene.ts";
import { keptRef } from "./keptRefs.ts";
import { showLostTasks } from "./lostStatuses.ts";

/** Where a track is: in control.git, and on the branch `mac/<track>` of the user's repository. */
export interface TrackHeads {
  readonly trackId: string;
  /** Undefined: it is not ours, or is gone. */
  readonly landed: string | undefined;
  readonly published: string | undefined;
}

export async function readTrackHeads(trackId: string, { control, git, user }: CleanScene): Promise<TrackHeads> {
  const [landed, published] = await Promise.all([
    control.readRef(trackRef(trackId)),
    readTrackBranch(git, user, trackId),
  ]);
  // Without its counterpart in control.git the branch is not one we made.
  return { trackId, landed, published: landed === undefined ? undefined : published };
}

/** True if all the track's work is on a branch of the user's as well. */
export async function isMerged({ landed, published }: TrackHeads, { git, user }: CleanScene): Promise<boolean> {
  for (const commit of [landed, published]) {
    if (commit !== undefined && !(await isInUsersBranch(git, user, commit))) return false;
  }
  return true;
}

/**
 * Removes the branch `mac/<track>` and then its counterpart, whose commits are kept under the run's name first. A branch
 * that is checked out somewhere stays, with its counterpart, so that it can still be gone on with.
 * @returns why it was not done, for the user
 */
export async function removeTrack(runId: string, heads: TrackHeads, scene: CleanScene): Promise<string | undefined> {
  const { control, git, ledger, user } = scene;
  const { landed, published, trackId } = heads;
  if (landed === undefined) return undefined;
  if (published !== undefined) {
    const isBehind = await control.isAncestor(published, landed);
    if (!isBehind) {
      // A person's own commits, which are in the user's repository alone.
      await adoptObjects(git, control, published, [landed]);
      await control.keepAs([{ from: undefined, to: keptRef(runId, "branch"), commit: published }]);
    }
    const removed = await removeTrackBranch(git, user, trackId, published);
    if (!removed.ok && removed.failure.reason === "git") {
      return `${trackBranchName(trackId)} was not removed: ${describeLock(removed.failure.failure)}`;
    }
    if (!removed.ok && removed.failure.reason === "checked-out") {
      ledger.keep(`the branch ${trackBranchName(trackId)}: it is checked out in ${removed.failure.path}`);
      return undefined;
    }
    ledger.setAside(`The branch ${trackBranchName(trackId)} was removed; it was at ${published.slice(0, 9)}.`);
  }
  await control.keepAs([{ from: trackRef(trackId), to: keptRef(runId, "track"), commit: landed }]);
  return undefined;
}

const TRACKS = "refs/mac/tracks/";

/**
 * Removes tracks whose runs have all been set aside before: their branch was checked out then. None is, while there is a
 * run that may be of any track.
 */
export async function removeTracksWithoutRuns(force: boolean, scene: CleanScene): Promise<void> {
  const { clock, control, identity, ledger, state } = scene;
  if ((await runsOfUnknownTrack(state.runs)).length > 0) return;
  for (const { name, commit } of await control.refsBelow(TRACKS)) {
    const trackId = name.slice(TRACKS.length);
    const options = { clock, identity, purpose: trackPurpose("clean", trackId), timeoutMs: 0 };
    const lock = await acquireLock(state.trackLock(trackId), options);
    // Whoever holds it has a run, or is about to have one.
    if (!lock.ok) continue;
    try {
      if ((await tracksOfRuns(state.runs)).some((run) => run.trackId === trackId)) continue;
      const heads = await readTrackHeads(trackId, scene);
      const obstacle =
        force || (await isMerged(heads, scene))
          ? await removeTrack(`tracks/${trackId}/${commit.slice(0, 12)}`, heads, scene)
          : `${trackBranchName(trackId)} was left, since no branch of yours has all of it: take it with git merge ${trackBranchName(trackId)}, or clean --all --force, which keeps it.`;
      if (obstacle === undefined) await showLostTasks(trackId, scene);
      else ledger.refuse(obstacle);
    } finally {
      await lock.value.release();
    }
  }
}
