import type { Task } from "../types.ts";
import { scopeOverlaps } from "./scopeOverlaps.ts";

export interface OrderedTasks {
  readonly tasks: readonly Task[];
  /** One line for each dependency that was added. */
  readonly notes: readonly string[];
}

/**
 * Adds a dependency wherever two tasks may write the same file and nothing orders them: the later in the list waits
 * for the earlier. The list must be in topological order; it stays so, hence no cycle can arise. A dependency that
 * follows from others is not added.
 */
export function addOverlapEdges(ordered: readonly Task[]): OrderedTasks {
  const earlierOverlaps = new Map<number, Map<number, string>>();
  for (const { first, second, secondEntry } of scopeOverlaps(ordered)) {
    const found = earlierOverlaps.get(second) ?? new Map<number, string>();
    earlierOverlaps.set(second, found.set(first, secondEntry));
  }
  const before = new Map<string, ReadonlySet<string>>();
  const notes: string[] = [];
  const tasks = ordered.map((task, index) => {
    const depends_on = [...task.depends_on];
    const waitsFor = new Set(depends_on.flatMap((id) => [id, ...(before.get(id) ?? [])]));
    const nearestFirst = [...(earlierOverlaps.get(index) ?? [])].sort(([a], [b]) => b - a);
    for (const [first, entry] of nearestFirst) {
      const earlier = ordered[first]?.id;
      if (earlier === undefined || waitsFor.has(earlier)) continue;
      depends_on.push(earlier);
      for (const id of [earlier, ...(before.get(earlier) ?? [])]) waitsFor.add(id);
      notes.push(`${task.id} waits for ${earlier}: both may write ${entry}.`);
    }
    before.set(task.id, waitsFor);
    return { ...task, depends_on };
  });
  return { tasks, notes };
}
