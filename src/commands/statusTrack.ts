import { DEFAULT_BACKLOG_FILE } from "../backlog/backlogDocument.ts";
import { TASK_ID_PATTERN, TRACK_ID_PATTERN } from "../backlog/backlogSchema.ts";
import { Refusal } from "../core/refusal.ts";
import type { StateDirectory } from "../core/stateDirectory.ts";
import { knownTracks, readTaskVersions } from "../factory/specHistory.ts";
import { whereKept } from "../recovery/keptRuns.ts";
import { readRun } from "../recovery/runStore.ts";
import type { FoundBacklog, StatusPlace } from "./statusBacklog.ts";

/** What a user may say to name a track. */
export interface TrackFlags {
  readonly run?: string | undefined;
  readonly task?: string | undefined;
  readonly trackId?: string | undefined;
}

/** Named by a flag; else the track of the usual file; else the only one that is known, or that knows the task. */
export async function chooseTrack(
  flags: TrackFlags,
  place: StatusPlace,
  usual: FoundBacklog | undefined,
): Promise<string> {
  const { runs, git, state } = place;
  const known = [...new Set([...runs.map((run) => run.trackId), ...(await knownTracks(git, state.controlGit))])];
  const own = usual?.backlog?.track_id;
  if (own !== undefined && new RegExp(TRACK_ID_PATTERN).test(own)) known.unshift(own);
  const tracks = [...new Set(known)];

  if (flags.run !== undefined) return trackOfRun(flags.run, flags.trackId, place);
  if (flags.trackId !== undefined) {
    if (tracks.includes(flags.trackId)) return flags.trackId;
    throw new Refusal(`No track '${flags.trackId}' is known here; ${listed("known are", tracks)}.`);
  }
  if (tracks.length === 0) {
    const [damaged] = place.unknownRuns;
    if (damaged !== undefined) throw new Refusal(damaged.message);
    const why = usual?.problems[0] ?? `there is no ${DEFAULT_BACKLOG_FILE}`;
    throw new Refusal(`No task is known here: ${why}, and nothing was run. Make one with 'opencode run backlog'.`);
  }
  const candidates = flags.task === undefined ? tracks : await tracksWithTask(flags.task, tracks, place, usual);
  const [first, ...others] = candidates;
  if (first === undefined) throw new Refusal(`No task '${flags.task}' is known here; ${tasksOf(usual, tracks)}.`);
  if (first === own || others.length === 0) return first;
  const subject = flags.task === undefined ? "Several tracks are" : `Task ${flags.task} is in several tracks that are`;
  throw new Refusal(`${subject} known here, ${candidates.join(", ")}: choose one with --track_id.`);
}

async function trackOfRun(
  runId: string,
  trackId: string | undefined,
  { runs, state, unknownRuns }: StatusPlace,
): Promise<string> {
  const run = runs.find((other) => other.runId === runId);
  if (run === undefined) {
    const damaged = unknownRuns.find((other) => other.runId === runId);
    if (damaged !== undefined) throw new Refusal(damaged.message);
    const kept = await whereKept(state, runId);
    if (kept !== undefined) throw new Refusal(kept);
    const latest = runs.slice(0, 5).map((other) => other.runId);
    throw new Refusal(`No run '${runId}' is known here; ${listed("the latest are", latest)}.`);
  }
  if (trackId !== undefined && trackId !== run.trackId) {
    throw new Refusal(`Run ${runId} is one of track ${run.trackId}, not of '${trackId}': leave --track_id out.`);
  }
  return run.trackId;
}

async function tracksWithTask(
  task: string,
  tracks: readonly string[],
  { git, state, runs }: StatusPlace,
  usual: FoundBacklog | undefined,
): Promise<string[]> {
  if (!new RegExp(TASK_ID_PATTERN).test(task)) return [];
  const found: string[] = [];
  for (const track of tracks) {
    const isInFile = usual?.backlog?.track_id === track && usual.backlog.tasks.some(({ id }) => id === task);
    if (isInFile || (await readTaskVersions(git, state.controlGit, track, task)).length > 0) found.push(track);
    else if (await wasRun(task, track, runs, state)) found.push(track);
  }
  return found;
}

async function wasRun(task: string, track: string, runs: StatusPlace["runs"], state: StateDirectory): Promise<boolean> {
  const latest = runs.find((run) => run.trackId === track);
  if (latest === undefined) return false;
  const run = await readRun(state.runs, latest.runId);
  return run.ok && run.value.tasks.has(task);
}

function tasksOf(usual: FoundBacklog | undefined, tracks: readonly string[]): string {
  const ids = usual?.backlog?.tasks.map(({ id }) => id) ?? [];
  return ids.length === 0 ? listed("known tracks are", tracks) : listed(`${usual?.file} has`, ids);
}

/** The first ten; a list is there to remind, not to be complete. */
function listed(before: string, names: readonly string[]): string {
  if (names.length === 0) return "there is none";
  const more = names.length > 10 ? `, and ${names.length - 10} more` : "";
  return `${before} ${names.slice(0, 10).join(", ")}${more}`;
}
