import { dirname, join } from "node:path";
import { readTextIfExists } from "../../core/files.ts";
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

/** Undefined where there is none that can be used: then the journal tells everything. */
export async function readSession(journalPath: string): Promise<PublishedSession | undefined> {
  const text = await readTextIfExists(sessionPath(journalPath));
  const session = text === undefined ? undefined : parseSession(text);
  if (session === undefined) return undefined;
  return { place: { seq: session.seq, sum: session.chained }, state: stateOf(session.state) };
}
