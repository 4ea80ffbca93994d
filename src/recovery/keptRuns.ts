import { readdir } from "node:fs/promises";
import type { StateDirectory } from "../core/stateDirectory.ts";
import type { RunEvent } from "./runEvents.ts";
import { readRunEvents, tracksOfRuns } from "./runStore.ts";

type KeptPlaces = Pick<StateDirectory, "controlGit" | "kept" | "keptRun">;

/** In words for the user: that a run was cleaned, and where what it left can be looked at. */
export function describeKeptRun(state: KeptPlaces, runId: string): string {
  const refs = `git --git-dir='${state.controlGit}' for-each-ref refs/mac/kept/${runId}`;
  return `Run ${runId} was cleaned: its journal and pages are kept in ${state.keptRun(runId)}, its commits in: ${refs}`;
}

/** The same of the run with this id, or whose id ends in it, as in the name of a checkpoint; undefined: none was cleaned. */
export async function whereKept(state: KeptPlaces, id: string): Promise<string | undefined> {
  const kept = await readdir(state.kept).catch(() => []);
  const runId = kept.find((name) => name === id || name.endsWith(`-${id}`));
  return runId === undefined ? undefined : describeKeptRun(state, runId);
}

/** The same of the latest run of a track that was cleaned and in which `happened` is true of an event. */
export async function whereKeptThat(
  state: KeptPlaces,
  trackId: string,
  happened: (event: RunEvent) => boolean,
): Promise<string | undefined> {
  for (const { runId, trackId: other } of await tracksOfRuns(state.kept)) {
    if (other !== trackId) continue;
    const events = await readRunEvents(state.kept, runId);
    if (events.ok && events.value.some(happened)) return describeKeptRun(state, runId);
  }
  return undefined;
}
