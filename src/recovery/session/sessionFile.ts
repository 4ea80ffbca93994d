import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isObject } from "../../core/isObject.ts";
import { parseJson } from "../../core/parseJson.ts";
import { type FirstLine, readFirstLine } from "../firstLine.ts";
import type { JournalPlace } from "../journalRecord.ts";
import type { RunState } from "../runState.ts";
import { stateOf } from "./sessionState.ts";
import { parseSession } from "./sessionText.ts";

/** The session of the run whose journal is at `path`. */
export function sessionPath(journalPath: string): string {
  return join(dirname(journalPath), "session.json");
}

/** A state that was published, and the place in the journal that it is the state at. */
export interface PublishedSession {
  readonly place: JournalPlace;
  readonly state: RunState;
}

/** Undefined where there is none that can be read and used: then the journal tells everything. */
export async function readSession(journalPath: string): Promise<PublishedSession | undefined> {
  const text = await readFile(sessionPath(journalPath), "utf8").catch(() => undefined);
  const session = text === undefined ? undefined : parseSession(text);
  if (session === undefined) return undefined;
  return { place: { seq: session.seq, sum: session.chained }, state: stateOf(session.state) };
}

/** Whose session it says it is; undefined where that part of it cannot be read. */
export interface SessionOwner {
  readonly runId: string | undefined;
  readonly trackId: string | undefined;
}

const UNREADABLE: FirstLine = { bytes: Buffer.alloc(0), isLast: true };

/** Undefined: there is no session. Its state, which may be long, is not read. */
export async function readSessionOwner(journalPath: string): Promise<SessionOwner | undefined> {
  // What is there and cannot be read, is there.
  const line = await readFirstLine(sessionPath(journalPath)).catch(() => UNREADABLE);
  if (line === undefined) return undefined;
  // The state begins on the second line.
  const head = parseJson(line.bytes.toString("utf8").replace(/,$/, "}"));
  if (!isObject(head)) return { runId: undefined, trackId: undefined };
  const { run_id: runId, track_id: trackId } = head;
  return {
    runId: typeof runId === "string" ? runId : undefined,
    trackId: typeof trackId === "string" ? trackId : undefined,
  };
}
