import { type Chain, chainsOf } from "../../backlog/criticalPath.ts";
import { SortedList } from "../../core/sortedList.ts";
import type { Task } from "../../types.ts";

/** What a task means to those that need it, and whether it may be worked on itself. */
export type Standing =
  /** To be worked on. */
  | "waiting"
  | "complete"
  /** It will not be complete in this run. */
  | "broken"
  /** Under way, or waiting for a person. */
  | "pending";

export interface ReadyTask {
  readonly task: Task;
  /** Its place in the backlog. */
  readonly position: number;
  /** Since when it could have been started, in milliseconds since the epoch. */
  readonly since: number;
  /** Milliseconds of the longest chain of tasks that begins with it. */
  readonly chain: number;
}

/** Ready tasks as a scheduler looks at them. */
export interface ReadyOrders {
  /** Longest chain first; of equal ones the first in the backlog. */
  readonly byChain: readonly ReadyTask[];
  /** Longest waiting first. */
  readonly byAge: readonly ReadyTask[];
}

export interface ReadyTasksOptions {
  /** In the backlog's order, each after what it depends on. */
  readonly tasks: readonly Task[];
  /** Of any id that a task depends on, too; asked again whenever it may have changed. */
  readonly standingOf: (id: string) => Standing;
  /** In milliseconds. */
  readonly effortOf: (task: Task) => number;
}

interface Node {
  readonly task: Task;
  readonly position: number;
  readonly dependents: Node[];
  /** Dependencies that are not complete. */
  missing: number;
  standing: Standing;
  taken: boolean;
  ready: ReadyTask | undefined;
}

/**
 * Follows which tasks are ready while others come to an end. What one change costs does not depend on how many tasks
 * there are, but on how many need the changed one. It decides nothing and starts nothing.
 */
export class ReadyTasks implements ReadyOrders {
  private readonly options: ReadyTasksOptions;
  private readonly nodes = new Map<string, Node>();
  private readonly doomed = new Set<Node>();
  private ages = new SortedList<ReadyTask>(byAge);
  private ranks = new SortedList<ReadyTask>(byRank);
  /** Undefined: to be worked out again before the next look. */
  private chains: ReadonlyMap<string, Chain<Task>> | undefined;

  constructor(options: ReadyTasksOptions, now: number) {
    this.options = options;
    for (const [position, task] of options.tasks.entries()) {
      const standing = options.standingOf(task.id);
      this.nodes.set(task.id, {
        ...{ task, position, dependents: [], missing: 0, standing, taken: false, ready: undefined },
      });
    }
    for (const node of this.nodes.values()) this.connect(node);
    for (const node of this.nodes.values()) this.settle(node, now);
  }

  get byChain(): readonly ReadyTask[] {
    this.ranked();
    return this.ranks.items;
  }

  get byAge(): readonly ReadyTask[] {
    this.ranked();
    return this.ages.items;
  }

  /** Looks at a task again; true if it means something else than before. An unknown id means nothing. */
  refresh(id: string, now: number): boolean {
    const node = this.nodes.get(id);
    if (node === undefined) return false;
    const before = node.standing;
    node.standing = this.options.standingOf(id);
    if (node.standing === before) return false;
    const completed = Number(node.standing === "complete") - Number(before === "complete");
    // Broken tasks, and those that have to be done again, change what is left to do after others.
    if (node.standing === "broken" || completed < 0) this.chains = undefined;
    this.settle(node, now);
    for (const dependent of node.dependents) {
      dependent.missing -= completed;
      this.settle(dependent, now);
    }
    return true;
  }

  /** From now on the task is somebody's, and not ready. */
  take(id: string): void {
    const node = this.nodes.get(id);
    if (node === undefined) return;
    node.taken = true;
    this.withdraw(node);
  }

  /** The task is nobody's any more; if it is to be worked on again, it waits from `since` on. */
  giveBack(id: string, since: number): void {
    const node = this.nodes.get(id);
    if (node === undefined) return;
    node.taken = false;
    this.refresh(id, since);
    this.settle(node, since);
  }

  /** Once each: a task that can never be ready, and the first of those it needs that will not be complete. */
  nextDoomed(): { readonly task: Task; readonly because: string } | undefined {
    for (const node of this.doomed) {
      this.doomed.delete(node);
      const because = this.brokenNeed(node);
      if (because !== undefined && node.standing === "waiting" && !node.taken) return { task: node.task, because };
    }
    return undefined;
  }

  private connect(node: Node): void {
    for (const id of new Set(node.task.depends_on)) {
      const needed = this.nodes.get(id);
      needed?.dependents.push(node);
      if ((needed?.standing ?? this.options.standingOf(id)) !== "complete") node.missing++;
    }
  }

  private settle(node: Node, now: number): void {
    const isFree = node.standing === "waiting" && !node.taken;
    if (!isFree || node.missing > 0) {
      this.withdraw(node);
      if (isFree && this.brokenNeed(node) !== undefined) this.doomed.add(node);
    } else if (node.ready === undefined) {
      const chain = this.chains?.get(node.task.id)?.effort ?? 0;
      node.ready = { task: node.task, position: node.position, since: now, chain };
      this.ages.add(node.ready);
      this.ranks.add(node.ready);
    }
  }

  private withdraw(node: Node): void {
    if (node.ready === undefined) return;
    this.ages.remove(node.ready);
    this.ranks.remove(node.ready);
    node.ready = undefined;
  }

  private brokenNeed({ task }: Node): string | undefined {
    return task.depends_on.find((id) => (this.nodes.get(id)?.standing ?? this.options.standingOf(id)) === "broken");
  }

  /** O(n + e), but only when what is left to do has changed otherwise than by getting done. */
  private ranked(): ReadonlyMap<string, Chain<Task>> {
    if (this.chains !== undefined) return this.chains;
    const chains = chainsOf(this.options.tasks, (task) => {
      const standing = this.nodes.get(task.id)?.standing;
      return standing === "complete" || standing === "broken" ? 0 : Math.max(0, this.options.effortOf(task) || 0);
    });
    this.chains = chains;
    const ready: ReadyTask[] = [];
    for (const { task } of this.ages.items) {
      const node = this.nodes.get(task.id);
      if (node?.ready === undefined) continue;
      node.ready = { ...node.ready, chain: chains.get(task.id)?.effort ?? 0 };
      ready.push(node.ready);
    }
    this.ages = new SortedList(byAge, ready);
    this.ranks = new SortedList(byRank, ready);
    return chains;
  }
}

function byAge(a: ReadyTask, b: ReadyTask): number {
  return a.since - b.since || a.position - b.position;
}

function byRank(a: ReadyTask, b: ReadyTask): number {
  return b.chain - a.chain || a.position - b.position;
}
