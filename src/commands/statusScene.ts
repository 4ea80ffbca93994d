import { DEFAULT_BACKLOG_FILE } from "../backlog/backlogDocument.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { type StateDirectory, stateDirectoryFor } from "../core/stateDirectory.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { locateRepository } from "../git/userRepository.ts";
import { waitingRequests } from "../recovery/inbox.ts";
import { type LockHolder, lockHolder } from "../recovery/lockHolder.ts";
import type { RunState } from "../recovery/runState.ts";
import { readRun, runsOfUnknownTrack, tracksOfRuns } from "../recovery/runStore.ts";
import type { Backlog } from "../types.ts";
import { type FoundBacklog, findBacklog, type StatusPlace } from "./statusBacklog.ts";
import { chooseTrack, type TrackFlags } from "./statusTrack.ts";

export interface StatusFlags extends TrackFlags {
  readonly history: boolean;
  readonly json: boolean;
}

/** What `status` needs of its surroundings: no agent, no model, nothing to write with. */
export type StatusContext = Pick<CommandContext, "directory" | "environment">;

export interface ShownRun {
  readonly id: string;
  readonly state: RunState;
  /** Checkpoints whose answer lies in the inbox, to be taken up by whoever works on the run next. */
  readonly answered: ReadonlySet<string>;
}

/** Everything `status` knows of a track. Reading it writes nothing and waits for nobody. */
export interface StatusScene {
  readonly git: Git;
  /** The repository's root. */
  readonly root: string;
  readonly state: StateDirectory;
  readonly trackId: string;
  /** The track's file as it is now, taken as it comes: whether it can be worked on is for `implement` to say. */
  readonly backlog: Backlog | undefined;
  readonly file: string | undefined;
  /** The run that was asked for, or the latest. */
  readonly run: ShownRun | undefined;
  /** There is one, or may be, that cannot be read: `problems` says why. */
  readonly isRunUnreadable: boolean;
  /** Ids of the track's runs, oldest first. */
  readonly runs: readonly string[];
  /** The process that works on the track. */
  readonly holder: LockHolder | undefined;
  readonly problems: readonly string[];
}

/** Throws `Refusal` where there is nothing to tell, or where it is not clear of what. */
export async function readStatusScene(flags: StatusFlags, context: StatusContext): Promise<StatusScene> {
  const git = new Git(context.environment);
  await requireGit(git);
  const { root, commonDir } = await locateRepository(git, context.directory);
  const state = stateDirectoryFor(commonDir, context.environment);
  const place: StatusPlace = {
    ...{ git, root, directory: context.directory, state },
    runs: await tracksOfRuns(state.runs),
    unknownRuns: await runsOfUnknownTrack(state.runs),
  };
  const usual = await findBacklog(place, DEFAULT_BACKLOG_FILE);
  const trackId = await chooseTrack(flags, place, usual);

  const runs = place.runs.filter((run) => run.trackId === trackId).map(({ runId }) => runId);
  const [run, unreadable] = await readChosenRun(state, flags.run ?? runs[0]);
  const unknown = place.unknownRuns.map(({ message }) => message);
  const found = await backlogOf(trackId, place, usual, run?.state);
  return {
    git,
    root,
    state,
    trackId,
    backlog: found?.backlog,
    file: found?.file,
    run,
    runs: runs.toReversed(),
    holder: await lockHolder(state.trackLock(trackId)),
    isRunUnreadable: run === undefined && unreadable.length + unknown.length > 0,
    problems: [...(found?.problems ?? []), ...unreadable, ...unknown],
  };
}

/** The file that holds the track: the usual one, or the one its latest run was started with. */
async function backlogOf(
  trackId: string,
  place: StatusPlace,
  usual: FoundBacklog | undefined,
  run: RunState | undefined,
): Promise<FoundBacklog | undefined> {
  if (usual?.backlog?.track_id === trackId) return usual;
  const other = run?.started?.backlog_file;
  if (other === undefined || other === DEFAULT_BACKLOG_FILE) return usual?.backlog === undefined ? usual : undefined;
  const found = await findBacklog(place, other);
  return found?.backlog === undefined || found.backlog.track_id === trackId ? found : undefined;
}

async function readChosenRun(
  state: StateDirectory,
  runId: string | undefined,
): Promise<readonly [StatusScene["run"], readonly string[]]> {
  if (runId === undefined) return [undefined, []];
  const read = await readRun(state.runs, runId);
  if (!read.ok) return [undefined, [read.failure.message]];
  const requests = await waitingRequests(state.runDirectory(runId));
  const answered = requests.flatMap(({ request }) => (request.kind === "answer" ? [request.checkpoint] : []));
  return [{ id: runId, state: read.value, answered: new Set(answered) }, []];
}
