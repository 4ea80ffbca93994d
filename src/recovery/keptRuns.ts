import { lstat } from "node:fs/promises";
import type { StateDirectory } from "../core/stateDirectory.ts";

type KeptPlaces = Pick<StateDirectory, "controlGit" | "keptRun">;

/** In words for the user: that a run was cleaned, and where what it left can be looked at. */
export function describeKeptRun(state: KeptPlaces, runId: string): string {
  const refs = `git --git-dir='${state.controlGit}' for-each-ref refs/mac/kept/${runId}`;
  return `Run ${runId} was cleaned: its journal and pages are kept in ${state.keptRun(runId)}, its commits in: ${refs}`;
}

/** The same, if there is such a run. */
export async function whereKept(state: KeptPlaces, runId: string): Promise<string | undefined> {
  // A name from a command line becomes a path: nothing but a run's id may.
  if (!/^[0-9a-f-]+$/.test(runId)) return undefined;
  const status = await lstat(state.keptRun(runId)).catch(() => undefined);
  return status === undefined ? undefined : describeKeptRun(state, runId);
}
