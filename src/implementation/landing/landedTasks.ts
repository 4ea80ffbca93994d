import { failure, type Result, success } from "../../core/result.ts";
import { type RunUnreadable, readRunEvents } from "../../recovery/runStore.ts";
import type { LandedTask } from "./compensation.ts";

/** What the journals of a track say of the tasks that ever landed. */
export interface TrackLandings {
  /** On the branch, in the order of landing. */
  readonly landed: readonly LandedTask[];
  /** Landed once, and taken back since. */
  readonly undone: ReadonlySet<string>;
}

/** Reads them from all runs of a track, given oldest first: a task may have landed in any. */
export async function readLandings(
  runsDirectory: string,
  runIds: readonly string[],
): Promise<Result<TrackLandings, RunUnreadable>> {
  const landed = new Map<string, string>();
  const undone = new Set<string>();
  for (const runId of runIds) {
    const events = await readRunEvents(runsDirectory, runId);
    if (!events.ok) return failure(events.failure);
    for (const event of events.value) {
      if (event.type === "task_landed") {
        // Taken out first, so that one that landed again is the latest.
        landed.delete(event.task);
        landed.set(event.task, event.commit);
        undone.delete(event.task);
      } else if (event.type === "task_undone" && landed.delete(event.task)) {
        undone.add(event.task);
      }
    }
  }
  return success({ landed: [...landed].map(([task, commit]) => ({ task, commit })), undone });
}
