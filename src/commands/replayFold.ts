import { createHash } from "node:crypto";
import { Refusal } from "../core/refusal.ts";
import type { JournalRecord } from "../recovery/journalRecord.ts";
import { readJournal } from "../recovery/readJournal.ts";
import { parseRunEvent, type RunEvent } from "../recovery/runEvents.ts";
import type { RunState } from "../recovery/runState.ts";
import { foldRecords } from "../recovery/runStore.ts";
import type { ReplayCheck, ReplayedRun } from "./replayChecks.ts";

export interface FoldedAgain {
  readonly run: ReplayedRun;
  /** Of the state, the same for the same state. */
  readonly digest: string;
  readonly checks: readonly ReplayCheck[];
}

/** Adds a journal up twice, from its first record, whatever else is kept of the run. Throws `Refusal` for a damaged one. */
export async function foldAgain(path: string, runId: string): Promise<FoldedAgain> {
  const content = await readJournal(path);
  if (!content.ok) throw new Refusal(content.failure.message);
  const { records } = content.value;
  if (records.length === 0) throw new Refusal(`Run ${runId} never began: its journal is empty.`);
  const state = stateOf(records, runId);
  const digest = digestOf(state);
  const again = digestOf(stateOf(records, runId));
  const differences = digest === again ? [] : [`adding the journal up twice gave two states, ${digest} and ${again}`];
  return {
    run: { runId, events: eventsOf(records), state },
    digest,
    checks: [{ name: "state", compared: "2 folds", differences }],
  };
}

function stateOf(records: readonly JournalRecord[], runId: string): RunState {
  const folded = foldRecords(records, runId);
  if (!folded.ok) throw new Refusal(folded.failure.message);
  return folded.value.state;
}

function eventsOf(records: readonly JournalRecord[]): readonly RunEvent[] {
  return records.flatMap(({ event }) => {
    const parsed = parseRunEvent(event);
    return parsed.ok ? [parsed.value] : [];
  });
}

function digestOf(state: RunState): string {
  return createHash("sha256")
    .update(JSON.stringify({ ...state, tasks: [...state.tasks.values()] }))
    .digest("hex");
}
