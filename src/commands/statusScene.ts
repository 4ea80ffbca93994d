import { MAX_BACKLOG_BYTES, parseBacklogDocument } from "../backlog/backlogDocument.ts";
import { TASK_ID_PATTERN, TRACK_ID_PATTERN } from "../backlog/backlogSchema.ts";
import { decodeBacklog } from "../backlog/decodeBacklog.ts";
import { readBoundedFile } from "../core/boundedFile.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { kilobytes } from "../core/kilobytes.ts";
import { inputPath } from "../core/paths.ts";
import { Refusal } from "../core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../core/stateDirectory.ts";
import { knownTracks, readTaskVersions } from "../factory/specHistory.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { locateRepository } from "../git/userRepository.ts";
import { type LockHolder, lockHolder } from "../recovery/lockHolder.ts";
import type { RunState } from "../recovery/runState.ts";
import { readRun, tracksOfRuns } from "../recovery/runStore.ts";
import type { Backlog } from "../types.ts";

export interface StatusFlags {
  readonly run?: string | undefined;
  readonly task?: string | undefined;
  readonly trackId?: string | undefined;
  readonly history: boolean;
  readonly json: boolean;
}

/** What `status` needs of its surroundings: no agent, no model, nothing to write with. */
export type StatusContext = Pick<CommandContext, "directory" | "environment">;

/** Everything `status` knows of a track. Reading it writes nothing and waits for nobody. */
export interface StatusScene {
  readonly git: Git;
  readonly state: StateDirectory;
  readonly trackId: string;
  /** The track's file as it is now, taken as it comes: whether it can be worked on is for `implement` to say. */
  readonly backlog: Backlog | undefined;
  readonly file: string | undefined;
  /** The run that was asked for, or the latest. */
  readonly run: { readonly id: string; readonly state: RunState } | undefined;
  /** Ids of the track's runs, oldest first. */
  readonly runs: readonly string[];
  /** The process that works on the track. */
  readonly holder: LockHolder | undefined;
  readonly problems: readonly string[];
}

const DEFAULT_FILE = "tasks/BACKLOG.yaml";

interface Place {
  readonly git: Git;
  readonly root: string;
  readonly directory: string;
  readonly state: StateDirectory;
  /** Newest first. */
  readonly runs: readonly { readonly runId: string; readonly trackId: string }[];
}

interface FoundBacklog {
  readonly file: string;
  readonly backlog: Backlog | undefined;
  readonly problems: readonly string[];
}

/** Throws `Refusal` where there is nothing to tell, or where it is not clear of what. */
export async function readStatusScene(flags: StatusFlags, context: StatusContext): Promise<StatusScene> {
  const git = new Git(context.environment);
  await requireGit(git);
  const { root, commonDir } = await locateRepository(git, context.directory);
  const state = stateDirectoryFor(commonDir, context.environment);
  const place = { git, root, directory: context.directory, state, runs: await tracksOfRuns(state.runs) };
  const usual = await readBacklog(place, DEFAULT_FILE);
  const trackId = await chooseTrack(flags, place, usual);

  const runs = place.runs.filter((run) => run.trackId === trackId).map(({ runId }) => runId);
  const [run, unreadable] = await readChosenRun(state, flags.run ?? runs[0]);
  const found = await backlogOf(trackId, place, usual, run?.state);
  return {
    git,
    state,
    trackId,
    backlog: found?.backlog,
    file: found?.file,
    run,
    runs: runs.toReversed(),
    holder: await lockHolder(state.trackLock(trackId)),
    problems: [...(found?.problems ?? []), ...unreadable],
  };
}

/** Undefined: there is no such file. A file that is no backlog is named among the problems. */
async function readBacklog({ root, directory }: Place, file: string): Promise<FoundBacklog | undefined> {
  const read = await readBoundedFile(inputPath(root, directory, file), MAX_BACKLOG_BYTES);
  if (!read.ok) {
    if (read.failure.reason === "missing") return undefined;
    const why = read.failure.reason === "too_large" ? `it has ${kilobytes(read.failure.bytes)}` : read.failure.message;
    return { file, backlog: undefined, problems: [`${file} cannot be read: ${why}`] };
  }
  const document = parseBacklogDocument(file, read.value);
  if (!document.ok) {
    const [{ line, column, message } = { line: 1, column: 1, message: "it is no backlog" }] = document.failure;
    return { file, backlog: undefined, problems: [`${file}:${line}:${column}: ${message}`] };
  }
  const backlog = decodeBacklog(document.value.value);
  const tasks = backlog.tasks.filter(({ id }) => new RegExp(TASK_ID_PATTERN).test(id));
  return { file, backlog: { ...backlog, tasks }, problems: [] };
}

/** The file that holds the track: the usual one, or the one its latest run was started with. */
async function backlogOf(
  trackId: string,
  place: Place,
  usual: FoundBacklog | undefined,
  run: RunState | undefined,
): Promise<FoundBacklog | undefined> {
  if (usual?.backlog?.track_id === trackId) return usual;
  const other = run?.started?.backlog_file;
  if (other === undefined || other === DEFAULT_FILE) return usual?.backlog === undefined ? usual : undefined;
  const found = await readBacklog(place, other);
  return found?.backlog === undefined || found.backlog.track_id === trackId ? found : undefined;
}

async function readChosenRun(
  state: StateDirectory,
  runId: string | undefined,
): Promise<readonly [StatusScene["run"], readonly string[]]> {
  if (runId === undefined) return [undefined, []];
  const read = await readRun(state.runs, runId);
  return read.ok ? [{ id: runId, state: read.value }, []] : [undefined, [read.failure.message]];
}

/** Named by a flag; else the track of the usual file; else the only one that is known, or that knows the task. */
async function chooseTrack(flags: StatusFlags, place: Place, usual: FoundBacklog | undefined): Promise<string> {
  const { runs, git, state } = place;
  const known = [...new Set([...runs.map((run) => run.trackId), ...(await knownTracks(git, state.controlGit))])];
  const own = usual?.backlog?.track_id;
  if (own !== undefined && new RegExp(TRACK_ID_PATTERN).test(own)) known.unshift(own);
  const tracks = [...new Set(known)];

  if (flags.run !== undefined) return trackOfRun(flags.run, flags.trackId, runs);
  if (flags.trackId !== undefined) {
    if (tracks.includes(flags.trackId)) return flags.trackId;
    throw new Refusal(`No track '${flags.trackId}' is known here; ${listed("known are", tracks)}.`);
  }
  if (tracks.length === 0) {
    const why = usual?.problems[0] ?? `there is no ${DEFAULT_FILE}`;
    throw new Refusal(`No task is known here: ${why}, and nothing was run. Make one with 'opencode run backlog'.`);
  }
  const candidates = flags.task === undefined ? tracks : await tracksWithTask(flags.task, tracks, place, usual);
  const [first, ...others] = candidates;
  if (first === undefined) throw new Refusal(`No task '${flags.task}' is known here; ${tasksOf(usual, tracks)}.`);
  if (first === own || others.length === 0) return first;
  const subject = flags.task === undefined ? "Several tracks are" : `Task ${flags.task} is in several tracks that are`;
  throw new Refusal(`${subject} known here, ${candidates.join(", ")}: choose one with --track_id.`);
}

function trackOfRun(runId: string, trackId: string | undefined, runs: Place["runs"]): string {
  const run = runs.find((other) => other.runId === runId);
  if (run === undefined) {
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
  { git, state, runs }: Place,
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

async function wasRun(task: string, track: string, runs: Place["runs"], state: StateDirectory): Promise<boolean> {
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
