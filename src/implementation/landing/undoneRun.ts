import { unreachable } from "../../core/unreachable.ts";
import type { CrewSources } from "../runCrew.ts";
import { rollRunBack } from "./rollbackInRun.ts";
import { planUndoingAll } from "./rollbackPlan.ts";
import { rollbackLine } from "./rollbackWords.ts";

/** What was done about the work of a run in which a task has failed for good (O6). */
export type RunUndoing =
  /** The policy is another, nothing has failed, or the run was interrupted and is gone on with. */
  | { readonly kind: "not called for" }
  /** `line`: what was taken back; undefined: the run had landed nothing. */
  | { readonly kind: "undone"; readonly line: string | undefined }
  /** It is for a person to decide; `reason` says why, and the command. */
  | { readonly kind: "left"; readonly reason: string };

/**
 * `failurePolicy: undo`: once nothing is under way, takes back what the run has landed, the last first, as one verified
 * commit. What that cannot do, or not within its limits, is left to a person.
 */
export async function undoFailedRun(run: CrewSources): Promise<RunUndoing> {
  const { context, control, recorder, scene } = run;
  const tasks = [...recorder.state.tasks.values()];
  const failed = tasks.filter(({ phase }) => phase === "failed").map(({ id }) => id);
  const isCalledFor = context.options.failurePolicy === "undo" && failed.length > 0 && !context.signal.aborted;
  if (!isCalledFor) return { kind: "not called for" };
  // Without an attempt of this run it was an earlier one that landed it.
  const landed = tasks.filter(({ attempts, phase }) => phase === "complete" && attempts > 0).map(({ id }) => id);
  if (landed.length === 0) return { kind: "undone", line: undefined };

  const { head } = recorder;
  const { backlog, manager, backlogFile } = scene;
  const place = { trackId: backlog.track_id, backlogFile };
  const why = `${failed.join(", ")} failed for good`;
  const sources = { ...place, control, runs: scene.state.runs, backlog: manager.backlog, head };
  const plan = await planUndoingAll(new Set(landed), `${why}, and failurePolicy is undo.`, sources);
  const done = plan.ok ? await rollRunBack(plan.value, run) : plan;
  if (done.ok) {
    const ids = done.value.plan.undone.map(({ task }) => task).toReversed();
    const line = `${why}, so what this run had landed was taken back (failurePolicy: undo): ${ids.join(", ")}. To bring it back: ${rollbackLine(head, place)}`;
    return { kind: "undone", line };
  }
  const byHand = rollbackLine(recorder.state.started?.base ?? head, place);
  return {
    kind: "left",
    reason: `${why}, and what this run had landed could not be taken back: ${done.failure} To take it back once that is settled: ${byHand}`,
  };
}

/** What the report says of it besides its last line. */
export function undoingLines(undoing: RunUndoing): readonly string[] {
  switch (undoing.kind) {
    case "not called for":
    case "left":
      return [];
    case "undone":
      return undoing.line === undefined ? [] : [undoing.line];
    default:
      return unreachable(undoing);
  }
}
