import type { GraphTask } from "./taskGraph.ts";

/**
 * Tasks by how many others have to be done before them, the first wave first. `ordered` is in topological order; what is
 * not in it counts as done. The widest wave is what more workers than that cannot speed up. O(n + e).
 */
export function wavesOf<T extends GraphTask>(ordered: readonly T[]): readonly (readonly T[])[] {
  const waveOf = new Map<string, number>();
  const waves: T[][] = [];
  for (const task of ordered) {
    const wave = task.depends_on.reduce((latest, id) => Math.max(latest, (waveOf.get(id) ?? -1) + 1), 0);
    waveOf.set(task.id, wave);
    const tasks = waves[wave];
    if (tasks) tasks.push(task);
    else waves[wave] = [task];
  }
  return waves;
}

export interface CriticalPath<T> {
  /** The chain, in order of work. */
  readonly tasks: readonly T[];
  readonly effort: number;
}

/**
 * The chain of tasks, each waiting for the one before, whose efforts add up to most: however many work, it takes that
 * long. Of equal ones the chain through the tasks that come first in `ordered`, which is in topological order. Efforts
 * are not negative. O(n + e).
 */
export function criticalPath<T extends GraphTask>(
  ordered: readonly T[],
  effortOf: (task: T) => number,
): CriticalPath<T> {
  /** Of each task, the dependent that most effort lies behind, and that effort. */
  const behind = new Map<string, { readonly next: T; readonly effort: number }>();
  let start: T | undefined;
  let longest = 0;
  for (const task of ordered.toReversed()) {
    const effort = effortOf(task) + (behind.get(task.id)?.effort ?? 0);
    if (effort >= longest) {
      start = task;
      longest = effort;
    }
    for (const id of task.depends_on) {
      if (effort >= (behind.get(id)?.effort ?? 0)) behind.set(id, { next: task, effort });
    }
  }
  const tasks: T[] = [];
  for (let task = start; task !== undefined; task = behind.get(task.id)?.next) tasks.push(task);
  return { tasks, effort: longest };
}
