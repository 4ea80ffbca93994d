import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode } from "../core/files.ts";
import { isObject } from "../core/isObject.ts";
import { type FirstLine, readFirstLine } from "./firstLine.ts";
import { BEGINNING, decodeRecord, RecordChain } from "./journalRecord.ts";
import { damaged, type JournalUnreadable, newerVersion } from "./journalUnreadable.ts";
import { RECORD_VERSION, upgradeEvent } from "./journalUpgrades.ts";
import { readSessionOwner, sessionPath } from "./session/sessionFile.ts";

/** What a folder among the runs is. */
export type RunFolder =
  /** Its first event never reached the disk: it did nothing. */
  | { readonly kind: "unbegun" }
  | { readonly kind: "begun"; readonly trackId: string }
  /** Its run began, but its journal does not tell that. `trackId` undefined: nothing tells which track it is of. */
  | { readonly kind: "damaged"; readonly trackId: string | undefined; readonly failure: JournalUnreadable };

export function journalPath(runsDirectory: string, runId: string): string {
  return join(runsDirectory, runId, "events.jsonl");
}

/** Told by the journal's first line, else by the session beside it; the rest of the journal is not read. */
export async function readRunFolder(runsDirectory: string, runId: string): Promise<RunFolder> {
  const path = journalPath(runsDirectory, runId);
  // Before the journal: a session is published once its record is on disk, so the journal that is read next has it.
  const session = await readSessionOwner(path);
  const ownTrack = session?.runId === runId ? session.trackId : undefined;
  const line = await readFirstLine(path);
  if (line === undefined) {
    // Looked at again: the folder may have been moved away between the two.
    if (session === undefined || !(await isThere(sessionPath(path)))) return { kind: "unbegun" };
    return damagedFolder(ownTrack, path, "it is missing or empty, but session.json shows that the run had begun");
  }
  const beginning = beginningIn(line, path);
  if (typeof beginning === "string") {
    // A first line that was being written when the power went, or is being written now.
    if (line.isLast && session === undefined) return { kind: "unbegun" };
    return damagedFolder(ownTrack, path, beginning);
  }
  if ("failure" in beginning) return { kind: "damaged", trackId: ownTrack, failure: beginning.failure };
  if (beginning.runId !== runId) return damagedFolder(ownTrack, path, `it is the journal of run ${beginning.runId}`);
  if (ownTrack !== undefined && ownTrack !== beginning.trackId) {
    return damagedFolder(undefined, path, `it tells of track ${beginning.trackId}, session.json of ${ownTrack}`);
  }
  return { kind: "begun", trackId: beginning.trackId };
}

interface Beginning {
  readonly runId: string;
  readonly trackId: string;
}

/** A text: what is wrong with the line. */
function beginningIn({ bytes }: FirstLine, path: string): Beginning | { readonly failure: JournalUnreadable } | string {
  const wrong = new RecordChain().follow(bytes, 0, bytes.length);
  if (wrong !== undefined) return wrong;
  const record = decodeRecord(bytes.toString("utf8"), BEGINNING, 0);
  if (!record.ok) return record.failure;
  const { event, v } = record.value;
  const known = v > RECORD_VERSION ? event : upgradeEvent(event, v);
  if (isObject(known) && typeof known.run_id === "string" && typeof known.track_id === "string") {
    return { runId: known.run_id, trackId: known.track_id };
  }
  return v > RECORD_VERSION ? { failure: newerVersion(path, record.value) } : "it does not tell which run begins there";
}

function damagedFolder(trackId: string | undefined, path: string, what: string): RunFolder {
  const unknown = trackId === undefined ? "; which track the run is of cannot be told" : "";
  return { kind: "damaged", trackId, failure: damaged(path, 1, `${what}${unknown}`) };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}
