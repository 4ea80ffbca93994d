import type { Backlog } from "../../types.ts";
import type { Finding } from "../diagnostics.ts";
import { findCycles } from "../taskGraph.ts";

/** No cycles; and a task is listed after what it depends on, so that the file reads in the order of the work. */
export function checkOrder(backlog: Backlog): readonly Finding[] {
  const position = new Map(backlog.tasks.map((task, index) => [task.id, index]));
  const cycles = findCycles(backlog.tasks).filter((cycle) => cycle.length > 2);
  if (cycles.length > 0) {
    return cycles.map((cycle) => ({
      path: ["tasks", position.get(cycle[0] ?? "") ?? 0, "depends_on"],
      ...(cycle[0] === undefined ? {} : { task: cycle[0] }),
      message: `the tasks wait for one another: ${cyclePath(cycle)}`,
      suggestion: "take one of these dependencies out",
    }));
  }
  return backlog.tasks.flatMap((task, index) =>
    task.depends_on.flatMap((dependency, at) => {
      const other = position.get(dependency);
      if (other === undefined || other <= index) return [];
      return [
        {
          path: ["tasks", index, "depends_on", at],
          task: task.id,
          message: `${task.id} is listed before ${dependency}, which it depends on`,
          suggestion: `move ${task.id} below ${dependency}`,
        },
      ];
    }),
  );
}

/** A cycle through hundreds of tasks is shown by its ends. */
function cyclePath(cycle: readonly string[]): string {
  const shown = cycle.length <= 12 ? cycle : [...cycle.slice(0, 6), "…", ...cycle.slice(-5)];
  return shown.join(" -> ");
}
