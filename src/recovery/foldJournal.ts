import { failure, type Result, success } from "../core/result.ts";
import { type JournalUnreadable, senseless } from "./journalUnreadable.ts";
import { upgradeEvent } from "./journalUpgrades.ts";
import { type JournalContent, readJournal, recordsOf } from "./readJournal.ts";
import { parseRunEvent, type RunEvent } from "./runEvents.ts";
import { RunProjection, type RunState } from "./runState.ts";
import { readSession } from "./session/sessionFile.ts";

/** A journal as far as it has been written, and what its events add up to. */
export interface FoldedJournal {
  readonly content: JournalContent;
  readonly projection: RunProjection;
}

/**
 * What the events of the journal at `path` add up to. Every line's checksum is looked at; what lies before the place that
 * the session beside it was published at is not read again.
 */
export async function foldJournal(path: string): Promise<Result<FoldedJournal, JournalUnreadable>> {
  // Before the journal: a session is published once its record is on disk, so the journal that is read next has it.
  const session = await readSession(path);
  const content = await readJournal(path, session?.place);
  if (!content.ok) return content;
  const projection = foldContent(content.value, content.value.from.offset > 0 ? session?.state : undefined);
  return projection.ok ? success({ content: content.value, projection: projection.value }) : projection;
}

/** What the events that are still to be read add up to, on top of `from`. */
function foldContent(content: JournalContent, from?: RunState): Result<RunProjection, JournalUnreadable> {
  const projection = new RunProjection(from);
  for (const read of eventsOf(content)) {
    if (!read.ok) return read;
    const { event, line } = read.value;
    const applied = projection.apply(event);
    if (!applied.ok) return failure(senseless(content.path, line, "illegal_event", applied.failure.message));
  }
  return success(projection);
}

interface LineEvent {
  readonly line: number;
  readonly event: RunEvent;
}

/** The events that are still to be read, as this code would have written them, to the first that cannot be read. */
export function* eventsOf(content: JournalContent): Generator<Result<LineEvent, JournalUnreadable>, void> {
  for (const record of recordsOf(content)) {
    if (!record.ok) return yield record;
    const { event, seq, v } = record.value;
    const parsed = parseRunEvent(upgradeEvent(event, v));
    if (!parsed.ok) return yield failure(senseless(content.path, seq, "unknown_event", parsed.failure));
    yield success({ line: seq, event: parsed.value });
  }
}
