import { readTextIfExists } from "../core/files.ts";
import { Refusal } from "../core/refusal.ts";
import { eventsOf } from "../recovery/foldJournal.ts";
import { type JournalContent, readJournal } from "../recovery/readJournal.ts";
import type { RunEvent } from "../recovery/runEvents.ts";
import { RunProjection, type RunState } from "../recovery/runState.ts";
import { type PublishedSession, readSession, sessionPath } from "../recovery/session/sessionFile.ts";
import { stateDigest } from "../recovery/stateDigest.ts";
import type { ReplayCheck, ReplayedRun } from "./replayChecks.ts";

export interface FoldedAgain {
  readonly run: ReplayedRun;
  /** Of the state, the same for the same state. */
  readonly digest: string;
  readonly checks: readonly ReplayCheck[];
}

/**
 * Adds a journal up twice, from its first record, whatever else is kept of the run, and holds what was published of it
 * against that. Throws `Refusal` for a damaged one.
 */
export async function foldAgain(path: string, runId: string): Promise<FoldedAgain> {
  // Before the journal: of a run that goes on, what is read next has the place this was published at.
  const session = await readSession(path);
  const content = await readJournal(path);
  if (!content.ok) throw new Refusal(content.failure.message);
  const { end } = content.value;
  if (end.seq === 0) throw new Refusal(`Run ${runId} never began: its journal is empty.`);
  const state = stateIn(content.value, end.seq);
  const digest = stateDigest(state);
  const again = stateDigest(stateIn(content.value, end.seq));
  const differences = digest === again ? [] : [`adding the journal up twice gave two states, ${digest} and ${again}`];
  return {
    run: { runId, events: eventsIn(content.value), state },
    digest,
    checks: [
      { name: "state", compared: "2 folds", differences },
      session === undefined ? await withoutSession(path) : checkSession(session, content.value),
    ],
  };
}

async function withoutSession(journal: string): Promise<ReplayCheck> {
  const path = sessionPath(journal);
  const isThere = (await readTextIfExists(path)) !== undefined;
  const difference = `${path} is damaged, or of another version; the run's next event writes it anew`;
  return {
    ...{ name: "session.json", compared: isThere ? "cannot be read" : "none there" },
    differences: isThere ? [difference] : [],
  };
}

/** It may have been published some events ago. */
function checkSession({ place, state }: PublishedSession, content: JournalContent): ReplayCheck {
  const published = stateDigest(state);
  const folded = stateDigest(stateIn(content, place.seq));
  const isSame = place.seq <= content.end.seq && published === folded;
  const difference = `session.json tells the state ${published} at event ${place.seq}, where the journal tells ${folded}`;
  return { name: "session.json", compared: `at event ${place.seq}`, differences: isSame ? [] : [difference] };
}

/** What the first `count` events add up to. */
function stateIn(content: JournalContent, count: number): RunState {
  const projection = new RunProjection();
  for (const read of eventsOf(content)) {
    if (!read.ok) throw new Refusal(read.failure.message);
    const { event, line } = read.value;
    if (line > count) break;
    const applied = projection.apply(event);
    if (!applied.ok) throw new Refusal(`Line ${line} of the journal cannot be used: ${applied.failure.message}.`);
  }
  return projection.state;
}

function eventsIn(content: JournalContent): readonly RunEvent[] {
  return [...eventsOf(content)].flatMap((read) => (read.ok ? [read.value.event] : []));
}
