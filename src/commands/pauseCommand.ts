import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../core/stateDirectory.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { locateRepository } from "../git/userRepository.ts";
import { leaveRequest } from "../recovery/inbox.ts";
import { lockHolder } from "../recovery/lockHolder.ts";
import type { RunState } from "../recovery/runState.ts";
import { readRun, tracksOfRuns } from "../recovery/runStore.ts";
import { describePause, LONGEST_WAIT_MS, type PauseFlags, stillMoving } from "./pauseReport.ts";

export type PauseContext = Pick<CommandContext, "directory" | "environment" | "clock" | "pause" | "signal">;

interface RunUnderWay {
  readonly runId: string;
  readonly trackId: string;
  readonly state: RunState;
}

const LOOK_EVERY_MS = 200;

/** `pause`: asks the process that works on a track to stand still, or to go on, and waits for its acknowledgement. */
export async function pauseCommand(flags: PauseFlags, context: PauseContext): Promise<CommandReport> {
  const git = new Git(context.environment);
  await requireGit(git);
  const { commonDir } = await locateRepository(git, context.directory);
  const state = stateDirectoryFor(commonDir, context.environment);
  const run = await chooseRun(flags, state);
  const { task } = flags;
  if (task !== undefined) refuseUnsuitable(task, run);
  const request = await leaveRequest(state.runDirectory(run.runId), context.clock, {
    kind: "pause",
    on: !flags.off,
    ...(task === undefined ? {} : { task }),
  });
  const after = await acknowledged(request, flags, run, state, context);
  return describePause(after, request, flags, run.trackId);
}

/** Throws `Refusal` where nothing is under way, or where it is not clear which run is meant. */
async function chooseRun({ trackId }: PauseFlags, state: StateDirectory): Promise<RunUnderWay> {
  const runs = await runsUnderWay(state);
  const chosen = trackId === undefined ? runs : runs.filter((run) => run.trackId === trackId);
  const [first, ...others] = chosen;
  const names = runs.map((run) => run.trackId).join(", ");
  if (first === undefined) {
    if (trackId === undefined || runs.length === 0)
      throw new Refusal("Nothing is under way here: there is no run to pause.");
    throw new Refusal(`Track '${trackId}' is not under way; what is: ${names}.`);
  }
  if (others.length > 0) throw new Refusal(`Several tracks are under way, ${names}: choose one with --track_id.`);
  return first;
}

/** The latest run of each track that a process works on. */
async function runsUnderWay(state: StateDirectory): Promise<readonly RunUnderWay[]> {
  const seen = new Set<string>();
  const underWay: RunUnderWay[] = [];
  for (const { runId, trackId } of await tracksOfRuns(state.runs)) {
    if (seen.has(trackId)) continue;
    seen.add(trackId);
    if ((await lockHolder(state.trackLock(trackId))) === undefined) continue;
    const run = await readRun(state.runs, runId);
    if (run.ok && run.value.outcome === undefined) underWay.push({ runId, trackId, state: run.value });
  }
  return underWay;
}

function refuseUnsuitable(id: string, { state, trackId }: RunUnderWay): void {
  const task = state.tasks.get(id);
  if (task === undefined) {
    throw new Refusal(`The run of track ${trackId} has no task '${id}'; it has ${[...state.tasks.keys()].join(", ")}.`);
  }
  if (task.phase === "complete" || task.phase === "failed" || task.phase === "skipped") {
    throw new Refusal(`${id} is ${task.phase}: there is nothing to pause.`);
  }
}

/** The run once it has done what was asked, or as it is when the time is up. */
async function acknowledged(
  request: string,
  flags: PauseFlags,
  { runId, state: before }: RunUnderWay,
  state: StateDirectory,
  { clock, pause, signal }: PauseContext,
): Promise<RunState> {
  const until = clock.now() + LONGEST_WAIT_MS;
  let latest = before;
  while (clock.now() < until && !signal.aborted) {
    const read = await readRun(state.runs, runId);
    if (read.ok) latest = read.value;
    const isDone = latest.settledRequests.includes(request) && (flags.off || stillMoving(latest, flags).length === 0);
    if (isDone || latest.outcome !== undefined) return latest;
    await pause(LOOK_EVERY_MS, signal);
  }
  return latest;
}
