import type { Backlog, Task } from "../../types.ts";
import type { Finding } from "../diagnostics.ts";
import { findCycles } from "../taskGraph.ts";

/** No cycles; and a warning where a task is listed before one it depends on: it is worked after it all the same. */
export function checkOrder(backlog: Backlog, hasOrder: boolean): readonly Finding[] {
  const position = new Map(backlog.tasks.map((task, index) => [task.id, index]));
  return hasOrder ? misplacedTasks(backlog.tasks, position) : cycles(backlog.tasks, position);
}

function cycles(tasks: readonly Task[], position: ReadonlyMap<string, number>): readonly Finding[] {
  return findCycles(tasks).flatMap((cycle): Finding[] => {
    const [start] = cycle;
    // A task that depends on itself is the references pass's.
    if (start === undefined || cycle.length <= 2) return [];
    return [
      {
        kind: "cycle",
        path: ["tasks", position.get(start) ?? 0, "depends_on"],
        task: start,
        message: `the tasks wait for one another: ${cyclePath(cycle)}`,
        suggestion: "take one of these dependencies out",
      },
    ];
  });
}

function misplacedTasks(tasks: readonly Task[], position: ReadonlyMap<string, number>): readonly Finding[] {
  return tasks.flatMap((task, index): Finding[] => {
    const at = task.depends_on.findIndex((dependency) => (position.get(dependency) ?? -1) > index);
    const dependency = task.depends_on[at];
    if (dependency === undefined) return [];
    return [
      {
        kind: "order",
        severity: "warning",
        path: ["tasks", index, "depends_on", at],
        task: task.id,
        message: `${task.id} is listed before ${dependency}, which it depends on; it is worked after it`,
      },
    ];
  });
}

/** A cycle through hundreds of tasks is shown by its ends. */
function cyclePath(cycle: readonly string[]): string {
  const shown = cycle.length <= 12 ? cycle : [...cycle.slice(0, 6), "…", ...cycle.slice(-5)];
  return shown.join(" -> ");
}
