import type { Unsubscribe } from "../../src/core/eventBus.ts";
import {
  type PoolEnding,
  type TaskEnding,
  WorkerPool,
  type WorkerPoolOptions,
} from "../../src/implementation/workerPool.ts";
import type { RunEvent } from "../../src/recovery/runEvents.ts";
import { RunProjection } from "../../src/recovery/runState.ts";
import type { Task } from "../../src/types.ts";
import { FakeTime } from "./fakeTime.ts";

/** Tasks by id, in order, with what each depends on. */
export type Sketch = Readonly<Record<string, readonly string[]>>;

export function tasksOf(sketch: Sketch, fields: Partial<Task> = {}): Task[] {
  return Object.entries(sketch).map(([id, depends_on]) => ({
    ...{ id, depends_on, title: id, description: "", files: [`src/${id}.ts`], reads: [], context: "", acceptance: [] },
    ...{ allow_empty: false, network: false, status: "pending" as const },
    ...fields,
  }));
}

export interface Spell {
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** What a task does: how long it takes (milliseconds) and how that ends; `before` sees to what is recorded meanwhile. */
export type Script = (id: string, run: PoolSimulation) => Promise<TaskEnding> | TaskEnding;

/** Each task takes its time and is complete. */
export function lasting(durations: ReadonlyMap<string, number>): Script {
  return async (id, run): Promise<TaskEnding> => {
    await run.lasting(durations.get(id) ?? 0);
    return "complete";
  };
}

/** A pool over a run that is recorded in memory, in time that jumps. */
export class PoolSimulation {
  readonly time = new FakeTime();
  readonly abort = new AbortController();
  /** When which task was worked on, in the order of starts. */
  readonly spells: Spell[] = [];
  readonly pool: WorkerPool;
  /** Most tasks worked on at one moment. */
  mostAtOnce = 0;
  private readonly projection = new RunProjection();
  private readonly listeners = new Set<(event: RunEvent) => void>();
  private readonly working = new Set<string>();

  constructor(tasks: readonly Task[], script: Script, options: Partial<WorkerPoolOptions> = {}) {
    const head = { base: "b", user_branch: null, backlog_file: "f", backlog_digest: "d", workers: 1 };
    this.record({ type: "run_started", run_id: "r", track_id: "t", ...head, tasks: tasks.map(({ id }) => id) });
    this.pool = new WorkerPool({
      tasks,
      alreadyComplete: new Set(),
      alreadyFailed: new Set(),
      workers: 3,
      failurePolicy: "skip-dependents",
      state: () => this.projection.state,
      subscribe: (listener): Unsubscribe => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
      work: ({ id }) => this.work(id, script),
      skip: async ({ id }, because) => this.record({ type: "task_skipped", task: id, because }),
      onBroken: () => this.abort.abort(),
      whyStop: () => undefined,
      effortOf: () => 60_000,
      notBefore: () => undefined,
      whyPaused: () => undefined,
      onOvertime: () => undefined,
      onHold: () => undefined,
      maxWaitMs: 600_000,
      clock: this.time,
      pause: this.time.pause,
      signal: this.abort.signal,
      ...options,
    });
  }

  run(): Promise<PoolEnding> {
    return this.time.until(this.pool.run());
  }

  get started(): readonly string[] {
    return this.spells.map(({ id }) => id);
  }

  get makespan(): number {
    return Math.max(0, ...this.spells.map(({ to }) => to));
  }

  phaseOf(id: string): string | undefined {
    return this.projection.state.tasks.get(id)?.phase;
  }

  record(event: RunEvent): void {
    const applied = this.projection.apply(event);
    if (!applied.ok) throw new Error(applied.failure.message);
    for (const listener of this.listeners) listener(event);
  }

  /** Lets a task take its time. */
  async lasting(milliseconds: number): Promise<void> {
    await this.time.pause(milliseconds, this.abort.signal);
  }

  /** Records what leads from a started attempt to verified work. */
  verify(task: string): void {
    const place = { task, attempt: this.attemptsOf(task) };
    this.record({ type: "session_opened", ...place, session: "s" });
    this.record({ type: "work_captured", ...place, commit: "c", tree: "t", paths: [] });
    this.record({ type: "verification_finished", ...place, passed: true });
  }

  private async work(id: string, script: Script): Promise<TaskEnding> {
    this.working.add(id);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.working.size);
    const from = this.time.now();
    const spell = this.spells.push({ id, from, to: Number.POSITIVE_INFINITY }) - 1;
    const attempt = this.attemptsOf(id) + 1;
    if (this.phaseOf(id) !== "verifying") {
      this.record({ type: "attempt_started", task: id, attempt, slot: 1, base: "b", model: "m" });
    }
    const ending = await script(id, this);
    this.recordEnding(id, ending);
    this.working.delete(id);
    this.spells[spell] = { id, from, to: this.time.now() };
    return ending;
  }

  private recordEnding(task: string, ending: TaskEnding): void {
    const place = { task, attempt: this.attemptsOf(task) };
    switch (ending) {
      case "complete":
        if (this.phaseOf(task) !== "verifying") this.verify(task);
        this.record({ type: "landing_intended", ...place, head: "b", commit: "c" });
        this.record({ type: "task_landed", ...place, commit: "c" });
        break;
      case "failed":
        this.record({ type: "task_failed", task, reason: "r", message: `${task} did not work` });
        break;
      case "awaiting":
        this.verify(task);
        this.record({
          ...{ type: "approval_requested", ...place, checkpoint: `of ${task}`, question: "May it land?", reasons: [] },
        });
        break;
      default:
        this.record({ type: "attempt_failed", ...place, reason: "r", message: `${task} was put off`, transient: true });
    }
  }

  private attemptsOf(id: string): number {
    return this.projection.state.tasks.get(id)?.attempts ?? 0;
  }
}
