import { failure, type Result, success } from "../../core/result.ts";
import type { RunState } from "../../recovery/runState.ts";
import { readRun, tracksOfRuns } from "../../recovery/runStore.ts";
import type { TaskCheckpoint, TaskState } from "../../recovery/taskState.ts";

/** A checkpoint, and all that its task has in the run it is of. */
export interface FoundCheckpoint {
  readonly runId: string;
  readonly task: TaskState;
  readonly checkpoint: TaskCheckpoint;
}

/** Runs of a track with their states, newest first. Those whose journals cannot be read are left out. */
export type TrackRuns = readonly { readonly runId: string; readonly state: RunState }[];

export async function readTrackRuns(runsDirectory: string, trackId: string): Promise<TrackRuns> {
  const found: { runId: string; state: RunState }[] = [];
  for (const run of await tracksOfRuns(runsDirectory)) {
    if (run.trackId !== trackId) continue;
    const state = await readRun(runsDirectory, run.runId);
    if (state.ok) found.push({ runId: run.runId, state: state.value });
  }
  return found;
}

/** So many are named to a person who asked for one that is not there. */
const NAMED = 10;

/** The failure is for the person: it names the most recent ones, of the task the id names where there are some. */
export function findCheckpoint(id: string, runs: TrackRuns): Result<FoundCheckpoint, string> {
  const all = runs.flatMap(({ runId, state }) =>
    [...state.tasks.values()].flatMap((task) =>
      task.checkpoints.toReversed().map((checkpoint) => ({ runId, task, checkpoint })),
    ),
  );
  const found = all.find(({ checkpoint }) => checkpoint.id === id);
  if (found !== undefined) return success(found);
  const ofTask = all.filter(({ task }) => id === task.id || id.includes(`-${task.id}-`));
  const known = (ofTask.length > 0 ? ofTask : all).slice(0, NAMED).map(({ checkpoint }) => checkpoint.id);
  const which = known.length === 0 ? "none has been taken" : `the latest are ${known.join(", ")}`;
  return failure(`No checkpoint '${id}' is known in this track: ${which}.`);
}
