import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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
