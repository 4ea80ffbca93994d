import { lstat, mkdir, rename, rmdir } from "node:fs/promises";
import { syncDirectory } from "../../core/files.ts";
import { trackBranchName } from "../../git/trackBranch.ts";
import { describeKeptRun } from "../../recovery/keptRuns.ts";
import { acquireLock } from "../../recovery/lock.ts";
import { findUnfinishedRun, listRuns, readRun, tracksOfRuns } from "../../recovery/runStore.ts";
import { trackPurpose } from "../../recovery/trackPurpose.ts";
import type { CleanScene } from "./cleanScene.ts";
import { keptRefs } from "./keptRefs.ts";
import { isMerged, readTrackHeads, removeTrack } from "./leftTracks.ts";
import { showLostTasks } from "./lostStatuses.ts";

/**
 * Sets a run aside: its refs go on under `refs/mac/kept/<run>/`, its folder in `kept/`, and with the last run of a track its
 * branch `mac/<track>` goes, once all its work is kept. The folder is moved last: what was cut off is found and finished the
 * next time. The track is locked meanwhile, so a live owner is never disturbed.
 */
export async function setRunAside(runId: string, force: boolean, scene: CleanScene): Promise<void> {
  const { clock, identity, ledger, state } = scene;
  const trackId = await trackOf(runId, scene);
  if (trackId === undefined) return leaveOrRemove(runId, scene);
  const options = { clock, identity, purpose: trackPurpose("clean", trackId), timeoutMs: 0 };
  const lock = await acquireLock(state.trackLock(trackId), options);
  if (!lock.ok) return ledger.refuse(`Run ${runId} was left: ${lock.failure.message}`);
  try {
    const refused =
      (await whyNotUnforced(runId, trackId, force, scene)) ?? (await moveAway(runId, trackId, force, scene));
    if (refused !== undefined) ledger.refuse(refused);
  } finally {
    await lock.value.release();
  }
}

/** Read under the lock: nobody changes it now. */
async function whyNotUnforced(
  runId: string,
  trackId: string,
  force: boolean,
  { state }: CleanScene,
): Promise<string | undefined> {
  if (force) return undefined;
  const run = await readRun(state.runs, runId);
  if (!run.ok)
    return `Run ${runId} was left, since its journal cannot be read: ${run.failure.message} ${withForce(runId)}`;
  if (run.value.outcome === undefined)
    return `Run ${runId} was left, since it is not finished: implement goes on with it. ${withForce(runId)}`;
  const open = await findUnfinishedRun(state.runs, trackId);
  if (!open.ok || open.value === undefined) return undefined;
  return `Run ${runId} was left, since its track has an unfinished run, ${open.value}, which builds on it: implement goes on with that. ${withForce(runId)}`;
}

/** @returns why nothing, or not all, of it was done */
async function moveAway(
  runId: string,
  trackId: string,
  force: boolean,
  scene: CleanScene,
): Promise<string | undefined> {
  const { ledger, state } = scene;
  const isLast = (await tracksOfRuns(state.runs)).every((run) => run.trackId !== trackId || run.runId === runId);
  const heads = isLast ? await readTrackHeads(trackId, scene) : undefined;
  if (heads !== undefined && !force && !(await isMerged(heads, scene))) {
    const branch = trackBranchName(trackId);
    return `Run ${runId} was left, since no branch of yours has all the work of ${branch}: take it with git merge ${branch}. ${withForce(runId)}`;
  }
  if ((await lstat(state.keptRun(runId)).catch(() => undefined)) !== undefined) {
    return `Run ${runId} was left, since ${state.keptRun(runId)} is there already: move that to another place.`;
  }
  await keepRefsOf(runId, scene);
  const obstacle = heads && (await removeTrack(runId, heads, scene));
  if (obstacle !== undefined) return obstacle;
  if (isLast) await showLostTasks(trackId, scene);
  await mkdir(state.kept, { recursive: true, mode: 0o700 });
  await rename(state.runDirectory(runId), state.keptRun(runId));
  await Promise.all([syncDirectory(state.kept), syncDirectory(state.runs)]);
  ledger.setAside(describeKeptRun(state, runId));
  return undefined;
}

/** Attempts, checkpoints and whatever else has the run's name in the third place. */
async function keepRefsOf(runId: string, { control }: CleanScene): Promise<void> {
  const refs = await control.refsBelow(`refs/mac/*/${runId}/**`);
  const moves = refs
    .filter(({ name }) => !name.startsWith(`${keptRefs(runId)}/`))
    .map(({ name, commit }) => {
      const [, , kind, , ...rest] = name.split("/");
      return { from: name, to: `${keptRefs(runId)}/${kind}/${rest.join("/")}`, commit };
    });
  await control.keepAs(moves);
}

/** Without its track's lock a run is not moved: somebody may be working on it. */
async function leaveOrRemove(runId: string, scene: CleanScene): Promise<void> {
  const run = await readRun(scene.state.runs, runId);
  if (run.ok) return removeIfEmpty(runId, scene);
  scene.ledger.refuse(`Run ${runId} was left, since its journal cannot be read: ${run.failure.message}`);
}

/** A run whose first event never reached the disk did nothing. */
async function removeIfEmpty(runId: string, { ledger, state }: CleanScene): Promise<void> {
  const folder = state.runDirectory(runId);
  try {
    await rmdir(folder);
    ledger.remove(`run ${runId}, which never began`, 0);
  } catch {
    ledger.keep(`${folder}: it has no journal, but files`);
  }
}

async function trackOf(runId: string, { state }: CleanScene): Promise<string | undefined> {
  return (await tracksOfRuns(state.runs)).find((run) => run.runId === runId)?.trackId;
}

/** Ids of the runs that `--all` means: those of tracks that have no unfinished run; forced, all. */
export async function runsToSetAside(force: boolean, { ledger, runs, state }: CleanScene): Promise<readonly string[]> {
  const tracks = new Map((await tracksOfRuns(state.runs)).map(({ runId, trackId }) => [runId, trackId]));
  const there = new Set(await listRuns(state.runs));
  const unfinished = runs.filter(({ state: run }) => run !== undefined && run.outcome === undefined);
  const open = new Set(unfinished.flatMap(({ id }) => tracks.get(id) ?? []));
  const wanted: string[] = [];
  for (const run of runs.filter(({ id }) => there.has(id))) {
    const track = tracks.get(run.id);
    if (force || track === undefined) wanted.push(run.id);
    else if (unfinished.includes(run)) ledger.keep(`run ${run.id}: it is not finished, implement goes on with it`);
    else if (open.has(track)) ledger.keep(`run ${run.id}: its track has an unfinished run`);
    else wanted.push(run.id);
  }
  // Oldest first: a track's branch goes with its latest run.
  return wanted.reverse();
}

function withForce(runId: string): string {
  return `To set it aside all the same, losing nothing: multi-agent-coder clean --run=${runId} --force`;
}
