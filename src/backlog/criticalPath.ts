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

/** A task and, after it, the dependent that most effort lies behind. */
export interface Chain<T> {
  readonly task: T;
  /** Of the whole chain. */
  readonly effort: number;
  readonly next: Chain<T> | undefined;
}

/**
 * Of each task the chain with most effort that begins with it: what is left to do, one after the other, from its start
 * on. Of equal ones the chain through the tasks that come first in `ordered`, which is in topological order. Efforts are
 * not negative. O(n + e).
 */
export function chainsOf<T extends GraphTask>(
  ordered: readonly T[],
  effortOf: (task: T) => number,
): ReadonlyMap<string, Chain<T>> {
  const behind = new Map<string, Chain<T>>();
  const chains = new Map<string, Chain<T>>();
  for (const task of ordered.toReversed()) {
    const next = behind.get(task.id);
    const chain = { task, effort: effortOf(task) + (next?.effort ?? 0), next };
    chains.set(task.id, chain);
    for (const id of task.depends_on) {
      if (chain.effort >= (behind.get(id)?.effort ?? 0)) behind.set(id, chain);
    }
  }
  return chains;
}

/**
 * The chain of tasks, each waiting for the one before, whose efforts add up to most: however many work, it takes that
 * long. Equal ones as in `chainsOf`. O(n + e).
 */
export function criticalPath<T extends GraphTask>(
  ordered: readonly T[],
  effortOf: (task: T) => number,
): CriticalPath<T> {
  const chains = chainsOf(ordered, effortOf);
  let longest: Chain<T> | undefined;
  for (const { id } of ordered) {
    const chain = chains.get(id);
    if (chain !== undefined && chain.effort > (longest?.effort ?? -1)) longest = chain;
  }
  const tasks: T[] = [];
  for (let chain = longest; chain !== undefined; chain = chain.next) tasks.push(chain.task);
  return { tasks, effort: longest?.effort ?? 0 };
}
