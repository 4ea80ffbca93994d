import type { RunEventOf } from "../../recovery/runEvents.ts";
import type { RunState } from "../../recovery/runState.ts";
import type { Backlog } from "../../types.ts";
import { digestOf } from "../runOpening.ts";

/**
 * The end of a gap plan that a crash cut off: its tasks are in the file, but the run does not know them yet. Told by the
 * run's last word, a goal that was not met, and by the file, which is what the run knows but for tasks that are to be
 * done. Undefined: there is nothing to record; a file that differs in more is a person's edit.
 */
export function unrecordedGapPlan(run: RunState, backlog: Backlog): RunEventOf<"tasks_added"> | undefined {
  if (run.goal === undefined || run.goal.met) return undefined;
  const isAdded = (task: Backlog["tasks"][number]) => task.status !== "complete" && !run.tasks.has(task.id);
  const added = backlog.tasks.filter(isAdded);
  const before = { ...backlog, tasks: backlog.tasks.filter((task) => !isAdded(task)) };
  if (added.length === 0 || digestOf(before) !== run.backlogDigest) return undefined;
  return {
    type: "tasks_added",
    round: run.gapPlans + 1,
    tasks: added.map((task) => task.id),
    backlog_digest: digestOf(backlog),
  };
}
