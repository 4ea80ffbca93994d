import { createHash } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { Refusal } from "../core/refusal.ts";
import type { Result } from "../core/result.ts";
import type { StateDirectory } from "../core/stateDirectory.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { trackRef } from "../git/trackBranch.ts";
import type { Identity } from "../git/userRepository.ts";
import type { Lock } from "../recovery/lock.ts";
import type { RunEvent, RunEventOf } from "../recovery/runEvents.ts";
import { RunLog } from "../recovery/runLog.ts";
import type { RunState } from "../recovery/runState.ts";
import { createRun, findUnfinishedRun, type RunUnreadable } from "../recovery/runStore.ts";
import { hasPassed, isInAttempt, type TaskState } from "../recovery/taskState.ts";
import type { Backlog, Task } from "../types.ts";
import { archiveAttempt } from "./attempts/attemptArchive.ts";
import { tasksLandedBy } from "./landing/landingCommits.ts";
import { recordRolledBack } from "./landing/rollbackRecord.ts";
import { taskDigests } from "./runHandover.ts";
import { recordUnsaved } from "./slots/unsavedWork.ts";

/** What a run is opened for. */
export interface RunPurpose {
  readonly backlog: Backlog;
  readonly backlogFile: string;
  /** Tasks a new run would do, in the backlog's order. */
  readonly tasks: readonly Pick<Task, "id">[];
  /** Commit a new run starts from: the head of the track. */
  readonly head: string;
  readonly userBranch: string | undefined;
  readonly workers: number;
  /** Undefined: the run leases no work tree and starts no agent. */
  readonly holdings?: RunHoldings;
}

/** What the process that works on a run has leased and borrowed. */
export type RunHoldings = Pick<RunEventOf<"run_resumed">, "slots" | "gate" | "host_session">;

export interface RunOpener {
  readonly state: StateDirectory;
  readonly control: ControlRepository;
  readonly clock: Clock;
  readonly lock: Lock;
  readonly author: Identity;
}

/**
 * The unfinished run of a track, its loose ends tied: landings and undoings that took place are recorded, attempts that
 * a crash cut off are closed at no cost, and what they had written is kept. Undefined: there is none. The caller holds
 * the track's lock.
 */
export async function takeUpRun(opener: RunOpener, trackId: string): Promise<RunLog | undefined> {
  const runId = orRefuse(await findUnfinishedRun(opener.state.runs, trackId));
  if (runId === undefined) return undefined;
  const log = await openLog(opener, runId);
  return orClosed(log, async () => {
    const unsaved = await recordUnsaved(log, opener);
    await tieLooseEnds(opener.control, log, trackId, unsaved);
  });
}

/**
 * Brings the journal of a run whose process ended up to what the branch shows, and closes what nobody works on now.
 * @param unsaved by task, what of it could not be saved
 */
export async function tieLooseEnds(
  control: ControlRepository,
  log: RunLog,
  trackId: string,
  unsaved: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const head = await control.readRef(trackRef(trackId));
  if (head !== undefined) await recordRolledBack(control, log, head);
  for (const task of log.state.tasks.values()) {
    const landed = await landedMeanwhile(control, task, head);
    if (landed !== undefined) await log.record(landed);
    else if (isInAttempt(task) && !hasPassed(task)) await closeAttempt(control, log, task, unsaved.get(task.id));
  }
}

/** The end of a landing that had been announced, where the branch shows that it took place. */
async function landedMeanwhile(
  control: ControlRepository,
  { attempts, id, landing }: TaskState,
  head: string | undefined,
): Promise<RunEvent | undefined> {
  if (landing === undefined || head === undefined) return undefined;
  // Equal but where a person has committed on the branch since.
  if (landing.commit !== head && !(await control.isAncestor(landing.commit, head))) return undefined;
  const own = (await tasksLandedBy(control, landing.commit)).get(id);
  if (own === undefined) throw new Error(`${landing.commit} landed without ${id}, for which it was made`);
  const merge = own === landing.commit ? {} : { head: landing.commit };
  const { irreversible } = landing;
  const lasting = irreversible === undefined ? {} : { irreversible };
  return { type: "task_landed", task: id, attempt: attempts, commit: own, ...merge, ...lasting };
}

/** Nobody goes on with a run that another follows: what it has in hand is archived, passed work too. */
export async function closeAttempts(control: ControlRepository, log: RunLog): Promise<void> {
  for (const task of log.state.tasks.values()) if (isInAttempt(task)) await closeAttempt(control, log, task);
}

export async function closeAttempt(
  control: ControlRepository,
  log: RunLog,
  task: TaskState,
  unsaved?: string,
): Promise<void> {
  const archived = await archiveAttempt(control, log.runId, task);
  await log.record({
    type: "attempt_failed",
    task: task.id,
    attempt: task.attempts,
    reason: "interrupted",
    message: ["the process that worked on it ended", unsaved].filter((part) => part !== undefined).join("; "),
    transient: true,
    ...(archived === undefined ? {} : { archived_ref: archived }),
  });
}

/**
 * True if the run can simply go on: same backlog, same head, and no person has asked for a task again that the run
 * gave up. Otherwise its work stays on the branch and a new run takes over from there.
 */
export function canGoOn(run: RunState, purpose: RunPurpose): boolean {
  const wanted = new Set(purpose.tasks.map((task) => task.id));
  const gaveUpWanted = [...run.tasks.values()].some(
    (task) =>
      task.phase === "failed" && purpose.backlog.tasks.some(({ id, status }) => id === task.id && status === "pending"),
  );
  return (
    run.backlogDigest === digestOf(purpose.backlog) &&
    run.head === purpose.head &&
    !gaveUpWanted &&
    [...wanted].every((id) => run.tasks.has(id))
  );
}

/** Starts a run; from here on it is on disk. */
export async function startRun(opener: RunOpener, purpose: RunPurpose): Promise<RunLog> {
  const runId = await createRun(opener.state.runs, opener.clock);
  const log = await openLog(opener, runId);
  const started = {
    type: "run_started",
    run_id: runId,
    track_id: purpose.backlog.track_id,
    base: purpose.head,
    user_branch: purpose.userBranch ?? null,
    backlog_file: purpose.backlogFile,
    backlog_digest: digestOf(purpose.backlog),
    workers: purpose.workers,
    tasks: purpose.tasks.map((task) => task.id),
    task_digests: taskDigests(
      purpose.backlog,
      purpose.tasks.map((task) => task.id),
    ),
    ...purpose.holdings,
  } as const;
  return orClosed(log, () => log.record(started));
}

/** The log once `begin` is done; where that fails nobody is handed it, and it is closed. */
export async function orClosed(log: RunLog, begin: () => Promise<void>): Promise<RunLog> {
  try {
    await begin();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function openLog({ state, clock, lock }: RunOpener, runId: string): Promise<RunLog> {
  const options = { clock, epoch: lock.epoch, assertOwned: () => lock.assertOwned() };
  return orRefuse(await RunLog.open(state.runs, runId, options));
}

function orRefuse<Value>(result: Result<Value, RunUnreadable>): Value {
  if (result.ok) return result.value;
  throw new Refusal(result.failure.message);
}

/** Of everything but the statuses: those are ours to change, the rest is what a person asked for. */
export function digestOf(backlog: Backlog): string {
  const tasks = backlog.tasks.map(({ status: _status, ...task }) => task);
  return createHash("sha256")
    .update(JSON.stringify({ ...backlog, tasks }))
    .digest("hex")
    .slice(0, 32);
}
