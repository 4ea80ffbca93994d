import type { RunState } from "../recovery/runState.ts";
import type { Task } from "../types.ts";

/** How the work on one task ended, as far as the pool has to know. */
export type TaskEnding = "complete" | "failed" | "interrupted" | "stop-run";

export interface WorkerPoolOptions {
  /** The tasks of this run, in the backlog's order. */
  readonly tasks: readonly Task[];
  /** Ids that are complete, and that have failed, outside this run. */
  readonly alreadyComplete: ReadonlySet<string>;
  readonly alreadyFailed: ReadonlySet<string>;
  readonly workers: number;
  /** The run's state as the journal has it, live. */
  readonly state: () => RunState;
  /** Carries a task through all its attempts; records what happens. Rejects only for a bug or a broken machine. */
  readonly work: (task: Task) => Promise<TaskEnding>;
  /** Called when `work` or `skip` has rejected: what else goes on is to come to an end. */
  readonly onBroken: () => void;
  /** Records that a task cannot be done because another failed. */
  readonly skip: (task: Task, because: string) => Promise<void>;
  /** A reason to start nothing more, such as a budget that is used up. */
  readonly whyStop: () => string | undefined;
}

/** Why a pool came to rest before everything was tried. */
export type PoolEnding = { readonly kind: "exhausted" } | { readonly kind: "stopped"; readonly reason: string };

/**
 * Runs ready tasks, at most `workers` at once, in the backlog's order, until nothing can be started any more. A failed
 * task takes only its dependents along. Tasks whose `files` may overlap have a path between them in the graph (the
 * loader sees to it), so no two that run at once write the same file.
 */
export class WorkerPool {
  private readonly options: WorkerPoolOptions;
  private readonly running = new Map<string, Promise<void>>();
  private readonly errors: unknown[] = [];
  private stopReason: string | undefined;

  constructor(options: WorkerPoolOptions) {
    this.options = options;
  }

  /** Rejects with the first error of `work` or `skip`, once nothing runs any more. */
  async run(): Promise<PoolEnding> {
    for (;;) {
      await this.endingAllOnError(() => this.skipUnreachable());
      this.startReady();
      if (this.running.size === 0) break;
      await Promise.race(this.running.values());
    }
    if (this.errors.length > 0) throw this.errors[0];
    return this.stopReason === undefined ? { kind: "exhausted" } : { kind: "stopped", reason: this.stopReason };
  }

  private startReady(): void {
    this.stopReason ??= this.options.whyStop();
    for (const task of this.options.tasks) {
      if (this.stopReason !== undefined || this.running.size >= this.options.workers) return;
      if (!this.isReady(task)) continue;
      const done = this.workOn(task).finally(() => this.running.delete(task.id));
      this.running.set(task.id, done);
    }
  }

  private workOn(task: Task): Promise<void> {
    return this.endingAllOnError(async () => {
      const ending = await this.options.work(task);
      if (ending === "interrupted") this.stopReason ??= "interrupted";
      if (ending === "stop-run") this.stopReason ??= `${task.id}: ${this.failureOf(task)}`;
    });
  }

  /** An error waits until nothing runs any more: whoever hears of it lets go of the slots and of the journal. */
  private async endingAllOnError(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.errors.push(error);
      this.stopReason ??= "broken";
      this.options.onBroken();
    }
  }

  private failureOf(task: Task): string {
    return this.options.state().tasks.get(task.id)?.failure?.message ?? "it met a failure that every task would meet";
  }

  private isReady(task: Task): boolean {
    if (this.running.has(task.id) || !this.isWaiting(task)) return false;
    return task.depends_on.every((id) => this.isComplete(id));
  }

  private isWaiting(task: Task): boolean {
    const phase = this.options.state().tasks.get(task.id)?.phase;
    return phase === "ready" || phase === "retrying";
  }

  private isComplete(id: string): boolean {
    return this.options.alreadyComplete.has(id) || this.options.state().tasks.get(id)?.phase === "complete";
  }

  /** In the backlog's order a task comes after what it depends on, so one pass reaches everything. */
  private async skipUnreachable(): Promise<void> {
    for (const task of this.options.tasks) {
      if (!this.isWaiting(task) || this.running.has(task.id)) continue;
      const broken = task.depends_on.find((id) => this.isBroken(id));
      if (broken !== undefined) await this.options.skip(task, broken);
    }
  }

  private isBroken(id: string): boolean {
    if (this.options.alreadyFailed.has(id)) return true;
    const phase = this.options.state().tasks.get(id)?.phase;
    return phase === "failed" || phase === "skipped";
  }
}
