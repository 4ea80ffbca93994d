import { makeTrack, type TaskSketch } from "../track.ts";
import type { Goal } from "./checkout.ts";
import type { Noted } from "./keys.ts";
import { type RunEnding, runTroubled } from "./troubledRun.ts";

/** A run that nothing happens to: what it ends in, and all its effects in order. */
export async function undisturbedRun(
  tasks: readonly TaskSketch[],
  slowTask: string,
): Promise<{ readonly goal: Goal; readonly noted: readonly Noted[] }> {
  await using track = await makeTrack({ tasks });
  const base = await track.repository.git("rev-parse", "HEAD");
  const ending = await runTroubled(track, { kind: "none" }, slowTask);
  if (ending.kind !== "report" || !ending.outcome.done) throw new Error(`undisturbed: ${describeEnding(ending)}`);
  return { goal: { base, tree: await track.repository.git("rev-parse", "mac/words^{tree}") }, noted: ending.noted };
}

/** Nothing, for a run in which everything was done. */
export function flawsOfEnding(ending: RunEnding): readonly string[] {
  return ending.kind === "report" && ending.outcome.done ? [] : [describeEnding(ending)];
}

export function describeEnding(ending: RunEnding): string {
  switch (ending.kind) {
    case "report":
      return ending.outcome.done ? "done" : `not done: ${ending.outcome.reason}`;
    case "refusal":
      return `refused: ${ending.message}`;
    case "error":
      return `unexpected: ${ending.stack}`;
    case "broken":
      return `it broke off with ${ending.exitCode}: ${ending.said}`;
    default:
      return ending.kind;
  }
}
