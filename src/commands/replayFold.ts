import { Refusal } from "../core/refusal.ts";
import { eventsOf, foldContent } from "../recovery/foldJournal.ts";
import { type JournalContent, readJournal } from "../recovery/readJournal.ts";
import type { RunEvent } from "../recovery/runEvents.ts";
import type { RunState } from "../recovery/runState.ts";
import { stateDigest } from "../recovery/stateDigest.ts";
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
  const { end } = content.value;
  if (end.seq === 0) throw new Refusal(`Run ${runId} never began: its journal is empty.`);
  const state = stateIn(content.value);
  const digest = stateDigest(state);
  const again = stateDigest(stateIn(content.value));
  const differences = digest === again ? [] : [`adding the journal up twice gave two states, ${digest} and ${again}`];
  return {
    run: { runId, events: eventsIn(content.value), state },
    digest,
    checks: [{ name: "state", compared: "2 folds", differences }],
  };
}

function stateIn(content: JournalContent): RunState {
  const folded = foldContent(content);
  if (!folded.ok) throw new Refusal(folded.failure.message);
  return folded.value.state;
}

function eventsIn(content: JournalContent): readonly RunEvent[] {
  return [...eventsOf(content)].flatMap((read) => (read.ok ? [read.value.event] : []));
}
