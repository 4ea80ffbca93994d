import { randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { hasErrorCode, makeDirectory, syncDirectory } from "../core/files.ts";
import { failure, type Result, success } from "../core/result.ts";
import { eventsOf, foldJournal } from "./foldJournal.ts";
import type { JournalUnreadable } from "./journalUnreadable.ts";
import { readJournal } from "./readJournal.ts";
import type { RunEvent } from "./runEvents.ts";
import { journalPath, readRunFolder } from "./runFolder.ts";
import type { RunState } from "./runState.ts";

/**
 * `YYYYMMDD-HHMMSSmmm-<6 hex>`, in UTC: sorted by name, runs are sorted by the time they began. To the millisecond,
 * since a run that has nothing to do ends within the second it began in, and the next must come after it.
 */
const RUN_ID = /^\d{8}-\d{9}-[0-9a-f]{6}$/;

function newRunId(clock: Clock): string {
  const digits = new Date(clock.now()).toISOString().replaceAll(/[-:.]/g, "");
  return `${digits.slice(0, 8)}-${digits.slice(9, 18)}-${randomBytes(3).toString("hex")}`;
}

/** Makes the folder of a new run, durably, and returns the run's id. Rejects where the file system does not let us. */
export async function createRun(runsDirectory: string, clock: Clock): Promise<string> {
  await makeDirectory(runsDirectory);
  const runId = newRunId(clock);
  await mkdir(join(runsDirectory, runId));
  await syncDirectory(runsDirectory);
  return runId;
}

/** Ids of the runs there are, newest first. */
export async function listRuns(runsDirectory: string): Promise<readonly string[]> {
  try {
    const names = await readdir(runsDirectory);
    return names
      .filter((name) => RUN_ID.test(name))
      .sort()
      .reverse();
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return [];
    throw error;
  }
}

/** A run whose journal cannot be used; `message` is for the user. */
export interface RunUnreadable {
  readonly reason: JournalUnreadable["reason"];
  readonly runId: string;
  readonly message: string;
}

export function unreadable(runId: string, { reason, message }: JournalUnreadable): RunUnreadable {
  return { reason, runId, message };
}

/** A run's state from its journal, without owning it: what `status` shows while another process works. */
export async function readRun(runsDirectory: string, runId: string): Promise<Result<RunState, RunUnreadable>> {
  const folder = await readRunFolder(runsDirectory, runId);
  if (folder.kind === "damaged") return failure(unreadable(runId, folder.failure));
  const folded = await foldJournal(journalPath(runsDirectory, runId));
  return folded.ok ? success(folded.value.projection.state) : failure(unreadable(runId, folded.failure));
}

/** What happened in a run, in order, without owning it. */
export async function readRunEvents(
  runsDirectory: string,
  runId: string,
): Promise<Result<readonly RunEvent[], RunUnreadable>> {
  const folder = await readRunFolder(runsDirectory, runId);
  if (folder.kind === "damaged") return failure(unreadable(runId, folder.failure));
  const content = await readJournal(journalPath(runsDirectory, runId));
  if (!content.ok) return failure(unreadable(runId, content.failure));
  const events: RunEvent[] = [];
  for (const read of eventsOf(content.value)) {
    if (!read.ok) return failure(unreadable(runId, read.failure));
    events.push(read.value.event);
  }
  return success(events);
}

/**
 * The track of each run there is, newest run first. Left out: runs that never began, and those in `runsOfUnknownTrack`.
 */
export async function tracksOfRuns(
  runsDirectory: string,
): Promise<readonly { readonly runId: string; readonly trackId: string }[]> {
  const found: { runId: string; trackId: string }[] = [];
  for (const runId of await listRuns(runsDirectory)) {
    const folder = await readRunFolder(runsDirectory, runId);
    if (folder.kind !== "unbegun" && folder.trackId !== undefined) found.push({ runId, trackId: folder.trackId });
  }
  return found;
}

/** Runs that are damaged so that nothing tells which track they are of, newest first: it may be any. */
export async function runsOfUnknownTrack(runsDirectory: string): Promise<readonly RunUnreadable[]> {
  const found: RunUnreadable[] = [];
  for (const runId of await listRuns(runsDirectory)) {
    const folder = await readRunFolder(runsDirectory, runId);
    if (folder.kind === "damaged" && folder.trackId === undefined) found.push(unreadable(runId, folder.failure));
  }
  return found;
}

/**
 * The run of this track to go on with: the latest one, if it has not finished. (There is never an older unfinished one:
 * a run begins only when this finds none.) A run whose first event never reached the disk did nothing, and is passed by.
 * One of which nothing tells the track may be the latest, and is a failure.
 */
export async function findUnfinishedRun(
  runsDirectory: string,
  trackId: string,
): Promise<Result<string | undefined, RunUnreadable>> {
  for (const runId of await listRuns(runsDirectory)) {
    const folder = await readRunFolder(runsDirectory, runId);
    if (folder.kind === "unbegun" || (folder.trackId ?? trackId) !== trackId) continue;
    const state = await readRun(runsDirectory, runId);
    if (!state.ok) return state;
    return success(state.value.outcome === undefined ? runId : undefined);
  }
  return success(undefined);
}
