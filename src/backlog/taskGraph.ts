import { failure, type Result, success } from "../core/result.ts";
import type { Task } from "../types.ts";

/** All the graph needs to know of a task. Ids are unique; a dependency that is not in the list is passed over. */
export interface GraphTask {
  readonly id: string;
  readonly depends_on: readonly string[];
}

/** True if work on `later` can only start after `earlier` is complete; false for a task and itself. */
export type HasPath = (earlier: string, later: string) => boolean;

/**
 * The tasks with every one after what it depends on; among those that are free the one listed first comes first, so a
 * list that is in order already comes back as it is. O((n + e) log n). Fails with one cycle, as a path that ends where
 * it began.
 */
export function topologicalOrder<T extends GraphTask>(tasks: readonly T[]): Result<readonly T[], readonly string[]> {
  const { dependents, waitingFor } = indexGraph(tasks);
  const free = new IndexHeap();
  waitingFor.forEach((count, index) => {
    if (count === 0) free.push(index);
  });
  const ordered: T[] = [];
  for (let index = free.pop(); index !== undefined; index = free.pop()) {
    const task = tasks[index];
    if (task) ordered.push(task);
    for (const dependent of dependents[index] ?? []) {
      const left = (waitingFor[dependent] ?? 0) - 1;
      waitingFor[dependent] = left;
      if (left === 0) free.push(dependent);
    }
  }
  return ordered.length === tasks.length ? success(ordered) : failure(findCycles(tasks)[0] ?? []);
}

/**
 * Cycles, each as a path along `depends_on` that ends where it began; no task is in two of them, so mending these may
 * bring up further ones. Empty exactly when the graph has no cycle. O(n + e), without recursion.
 */
export function findCycles(tasks: readonly GraphTask[]): readonly (readonly string[])[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const state = new Map<string, "open" | "closed">();
  const reported = new Set<string>();
  const cycles: string[][] = [];

  for (const root of tasks) {
    if (state.has(root.id)) continue;
    const path: { readonly task: GraphTask; next: number }[] = [{ task: root, next: 0 }];
    state.set(root.id, "open");
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const dependency = byId.get(top.task.depends_on[top.next++] ?? "");
      if (top.next > top.task.depends_on.length) {
        state.set(top.task.id, "closed");
        path.pop();
      } else if (dependency && state.get(dependency.id) === "open") {
        const start = path.findIndex((step) => step.task === dependency);
        const ids = path.slice(start).map((step) => step.task.id);
        if (!ids.some((id) => reported.has(id))) cycles.push([...ids, dependency.id]);
        for (const id of ids) reported.add(id);
      } else if (dependency && !state.has(dependency.id)) {
        state.set(dependency.id, "open");
        path.push({ task: dependency, next: 0 });
      }
    }
  }
  return cycles;
}

/**
 * Answers reachability questions over a graph without cycles. `ordered` must be in topological order. A question costs
 * O(1) for a direct dependency, else at most one walk over the tasks between the two; the last walks down and up are
 * kept, so questions that share a task are cheapest one after the other.
 */
export function pathFinder(ordered: readonly GraphTask[]): HasPath {
  const { dependents, position } = indexGraph(ordered);
  const dependencies = ordered.map((task) => task.depends_on.flatMap((id) => position.get(id) ?? []));
  const down = new Reach(dependents);
  const up = new Reach(dependencies);
  let lastFrom = -1;
  let lastTo = -1;

  return (earlier, later) => {
    const from = position.get(earlier);
    const to = position.get(later);
    if (from === undefined || to === undefined || from >= to) return false;
    if (ordered[to]?.depends_on.includes(earlier)) return true;
    if (down.covers(from, to)) return down.has(to);
    if (up.covers(to, from)) return up.has(from);
    if (lastTo === to) {
      up.walk(to, 0);
      return up.has(from);
    }
    // The second question about a task is worth a walk that answers all further ones about it.
    down.walk(from, from === lastFrom ? ordered.length : to);
    lastFrom = from;
    lastTo = to;
    return down.has(to);
  };
}

/** Tasks that can start now, in the order of the list: pending, and everything they depend on is complete. */
export function readyTasks(tasks: readonly Task[]): readonly Task[] {
  const complete = new Set(tasks.filter((task) => task.status === "complete").map((task) => task.id));
  return tasks.filter((task) => task.status === "pending" && task.depends_on.every((id) => complete.has(id)));
}

/** Every task that cannot start before `id` is complete, in the order of the list, without `id` itself. */
export function dependentsOf<T extends GraphTask>(tasks: readonly T[], id: string): readonly T[] {
  const { dependents, position } = indexGraph(tasks);
  const start = position.get(id);
  if (start === undefined) return [];
  const reach = new Reach(dependents);
  reach.walk(start, tasks.length);
  return tasks.filter((_, index) => reach.has(index));
}

interface GraphIndex {
  readonly position: ReadonlyMap<string, number>;
  readonly dependents: readonly (readonly number[])[];
  /** How many dependencies each task waits for. */
  readonly waitingFor: number[];
}

function indexGraph(tasks: readonly GraphTask[]): GraphIndex {
  const position = new Map(tasks.map((task, index) => [task.id, index]));
  const dependents: number[][] = tasks.map(() => []);
  const waitingFor = tasks.map((task, index) => {
    const known = [...new Set(task.depends_on)].flatMap((id) => position.get(id) ?? []);
    for (const dependency of known) dependents[dependency]?.push(index);
    return known.length;
  });
  return { position, dependents, waitingFor };
}

/**
 * What can be reached from one task over steps in one direction of the list. One array serves all walks: a mark counts
 * only if it carries the number of the last walk.
 */
class Reach {
  private readonly next: readonly (readonly number[])[];
  private readonly marks: Int32Array;
  private walks = 0;
  private start = -1;
  private bound = -1;

  constructor(next: readonly (readonly number[])[]) {
    this.next = next;
    this.marks = new Int32Array(next.length);
  }

  /** Marks everything between `start` and `bound`, both positions, that is reached; `start` itself is not. */
  walk(start: number, bound: number): void {
    this.walks++;
    this.start = start;
    this.bound = bound;
    const stack = [start];
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      for (const reached of this.next[index] ?? []) {
        if (!this.covers(start, reached) || this.has(reached)) continue;
        this.marks[reached] = this.walks;
        stack.push(reached);
      }
    }
  }

  /** True if the last walk began at `start` and went far enough to answer for `position`. */
  covers(start: number, position: number): boolean {
    if (start !== this.start) return false;
    return this.bound >= this.start ? position <= this.bound : position >= this.bound;
  }

  has(position: number): boolean {
    return this.marks[position] === this.walks;
  }
}

/** A binary heap of list positions; the smallest comes out first. */
class IndexHeap {
  private readonly items: number[] = [];

  push(value: number): void {
    let hole = this.items.length;
    this.items.push(value);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = this.items[parent] ?? value;
      if (above <= value) break;
      this.items[hole] = above;
      hole = parent;
    }
    this.items[hole] = value;
  }

  pop(): number | undefined {
    const smallest = this.items[0];
    const last = this.items.pop();
    if (last === undefined || this.items.length === 0) return smallest;
    let hole = 0;
    for (let child = 1; child < this.items.length; child = 2 * hole + 1) {
      const right = this.items[child + 1];
      if (right !== undefined && right < (this.items[child] ?? right)) child++;
      const below = this.items[child];
      if (below === undefined || below >= last) break;
      this.items[hole] = below;
      hole = child;
    }
    this.items[hole] = last;
    return smallest;
  }
}
