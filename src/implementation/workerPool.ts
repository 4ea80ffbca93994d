import type { Options } from "../config.ts";
import { Alarm } from "../core/alarm.ts";
import type { Clock } from "../core/clock.ts";
import { counted } from "../core/counted.ts";
import type { Unsubscribe } from "../core/eventBus.ts";
import type { Pause } from "../core/pause.ts";
import type { RunEvent } from "../recovery/runEvents.ts";
import type { RunState } from "../recovery/runState.ts";
import type { Task } from "../types.ts";
import { describeCoolDown } from "./scheduling/holdWords.ts";
import { Patience } from "./scheduling/patience.ts";
import { ReadyTasks } from "./scheduling/readyTasks.ts";
import { RunningTasks } from "./scheduling/runningTasks.ts";
import { type Decision, decide, type Hold, type RunningTask, type Situation } from "./scheduling/scheduler.ts";
import { scopeComparison } from "./scheduling/scopesMeet.ts";
import { standings } from "./scheduling/taskStanding.ts";

/** How the work on one task ended, as far as the pool has to know. */
export type TaskEnding =
  | "complete"
  | "failed"
  | "interrupted"
  | "stop-run"
  /** A cause that passes by itself, such as a model that cools down: it is ready again, not before `notBefore`. */
  | "postponed"
  /** It waits for a person, and its dependents with it; everything else goes on. */
  | "awaiting";

export interface WorkerPoolOptions {
  /** The tasks of this run, in the backlog's order: each after what it depends on. */
  readonly tasks: readonly Task[];
  /** Ids that are complete, and that have failed, outside this run. */
  readonly alreadyComplete: ReadonlySet<string>;
  readonly alreadyFailed: ReadonlySet<string>;
  readonly workers: number;
  readonly failurePolicy: Options["failurePolicy"];
  /** The run's state as the journal has it, live … */
  readonly state: () => RunState;
  /** … and every event, once it is in there. */
  readonly subscribe: (listener: (event: RunEvent) => void) => Unsubscribe;
  /** Carries a task through its attempts; records what happens. Rejects only for a bug or a broken machine. */
  readonly work: (task: Task) => Promise<TaskEnding>;
  /** Called when `work` or `skip` has rejected: what else goes on is to come to an end. */
  readonly onBroken: () => void;
  /** Records that a task cannot be done because another failed. */
  readonly skip: (task: Task, because: string) => Promise<void>;
  /** A reason to start nothing more, such as a budget that is used up. */
  readonly whyStop: () => string | undefined;
  /** How long work on a task is expected to take, in milliseconds. */
  readonly effortOf: (task: Task) => number;
  /** Before this (milliseconds since the epoch) a task cannot be started: who would work on it is cooling down. */
  readonly notBefore: (task: Task) => number | undefined;
  /** Why the machine cannot bear more than one task now; undefined: it can. */
  readonly whyPaused: () => string | undefined;
  /** O4. Told once a task when it has been worked on for twice its estimate. */
  readonly onOvertime: (task: Task, milliseconds: number) => void;
  /** Told when free workers begin to get nothing, and, undefined, when they get something again. */
  readonly onHold: (hold: Hold | undefined) => void;
  /** With nothing else to do, cooling models are waited for this long, in milliseconds, before the run stops. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}

/** Why a pool came to rest. */
export type PoolEnding =
  /** Nothing can be started any more. */
  | { readonly kind: "exhausted" }
  /** As above, but these tasks (ids) wait for a person. */
  | { readonly kind: "awaiting"; readonly tasks: readonly string[] }
  /** There was more to do. `resumeAt`: when going on makes sense, in milliseconds since the epoch. */
  | { readonly kind: "stopped"; readonly reason: string; readonly resumeAt?: number };

const NOTHING_STARTS: Decision = { start: [], lookAgainAt: undefined, hold: undefined };

/**
 * Runs ready tasks, at most `workers` at once, until nothing can be started any more; `decide` says which and when. A
 * failed task takes only its dependents along, or, by policy, ends the run. The pool knows no agents, no git and no
 * journal: `work` does, and what it recorded is what the pool goes by. One run a pool.
 */
export class WorkerPool {
  private readonly options: WorkerPoolOptions;
  private readonly ready: ReadyTasks;
  private readonly running = new RunningTasks();
  private readonly patience: Patience;
  private readonly scopesMeet = scopeComparison();
  private readonly errors: unknown[] = [];
  private readonly changed: Alarm;
  private hold: Hold | undefined;
  private stopReason: string | undefined;
  private resumeAt: number | undefined;

  constructor(options: WorkerPoolOptions) {
    this.options = options;
    const { tasks, effortOf, clock, pause, maxWaitMs } = options;
    this.ready = new ReadyTasks({ tasks, effortOf, standingOf: standings(options) }, clock.now());
    this.patience = new Patience(maxWaitMs);
    this.changed = new Alarm(pause);
  }

  /** Rejects with the first error of `work` or `skip`, once nothing runs any more. */
  async run(): Promise<PoolEnding> {
    const { subscribe, signal, tasks, clock } = this.options;
    const unsubscribe = subscribe(this.onEvent);
    // What was recorded before anybody listened.
    for (const { id } of tasks) this.ready.refresh(id, clock.now());
    signal.addEventListener("abort", this.changed.call);
    try {
      for (;;) {
        await this.endingAllOnError(() => this.skipUnreachable());
        // No `await` from here to the wait: what ends in between would be neither seen nor waited for.
        const lookAgainAt = this.look();
        if (this.running.size === 0 && lookAgainAt === undefined) break;
        await this.nextChange(lookAgainAt);
      }
    } finally {
      unsubscribe();
      signal.removeEventListener("abort", this.changed.call);
    }
    if (this.errors.length > 0) throw this.errors[0];
    return this.ending();
  }

  /** Starts what can start. Gives when to look again even if nothing has changed by then. */
  private look(): number | undefined {
    try {
      this.tellOvertime();
      const lookAgainAt = this.startReady() ?? Number.POSITIVE_INFINITY;
      const next = Math.min(lookAgainAt, this.running.overtimeAt);
      return Number.isFinite(next) ? next : undefined;
    } catch (error) {
      this.endAll(error);
      return undefined;
    }
  }

  private startReady(): number | undefined {
    const { signal, whyStop } = this.options;
    this.stopReason ??= signal.aborted ? "interrupted" : whyStop();
    const decision = this.stopReason === undefined ? decide(this.ready, this.situation()) : NOTHING_STARTS;
    for (const next of decision.start) this.start(next);
    this.tellHold(decision.hold);
    // How long a person may let the run wait is not for the pool to say.
    const waitsForPerson = decision.hold?.reason === "person";
    if (this.running.size > 0 || decision.lookAgainAt === undefined || waitsForPerson) return decision.lookAgainAt;
    return this.unlessTooLong(decision.lookAgainAt);
  }

  private situation(): Situation {
    const { clock, workers, whyPaused } = this.options;
    const { pausedBecause, tasks } = this.options.state();
    return {
      now: clock.now(),
      workers,
      paused: whyPaused(),
      standsStill: pausedBecause !== undefined,
      isHeld: ({ id }) => tasks.get(id)?.pausedBecause !== undefined,
      running: this.running.all,
      inValidation: this.running.all.filter(({ task }) => this.isInValidation(task.id)).length,
      notBefore: (task) => this.notBefore(task),
      scopesMeet: (one, other) => this.scopesMeet(this.scopeOf(one), this.scopeOf(other)),
    };
  }

  private start(next: RunningTask): void {
    const { clock, effortOf } = this.options;
    this.ready.take(next.task.id);
    this.running.add(next, clock.now(), effortOf(next.task));
    // Kept nowhere: it never rejects, and its end wakes the loop.
    void this.workOn(next.task);
  }

  private async workOn(task: Task): Promise<void> {
    await this.endingAllOnError(async () => this.note(task, await this.options.work(task)));
    this.running.remove(task.id);
    this.ready.giveBack(task.id, Math.max(this.options.clock.now(), this.notBefore(task) ?? 0));
    this.changed.call();
  }

  private note(task: Task, ending: TaskEnding): void {
    const { clock, failurePolicy } = this.options;
    if (ending === "postponed") this.patience.postponed(task.id, clock.now());
    else this.patience.progressed(task.id);
    if (ending === "interrupted") this.stopReason ??= "interrupted";
    if (ending === "stop-run") this.stopReason ??= `${task.id}: ${this.failureOf(task)}`;
    if (ending === "failed" && failurePolicy !== "skip-dependents") {
      this.stopReason ??= `${task.id} failed, and failurePolicy is ${failurePolicy}: ${this.failureOf(task)}`;
    }
  }

  /** An error waits until nothing runs any more: whoever hears of it lets go of the slots and of the journal. */
  private async endingAllOnError(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.endAll(error);
    }
  }

  private endAll(error: unknown): void {
    this.errors.push(error);
    this.stopReason ??= "broken";
    this.options.onBroken();
  }

  private async skipUnreachable(): Promise<void> {
    for (let next = this.ready.nextDoomed(); next !== undefined; next = this.ready.nextDoomed()) {
      await this.options.skip(next.task, next.because);
      this.ready.refresh(next.task.id, this.options.clock.now());
    }
  }

  private tellOvertime(): void {
    const { clock, onOvertime } = this.options;
    for (const { task, milliseconds } of this.running.takeOvertime(clock.now())) onOvertime(task, milliseconds);
  }

  private tellHold(hold: Hold | undefined): void {
    const isSame = hold?.reason === this.hold?.reason;
    this.hold = hold;
    if (!isSame) this.options.onHold(hold);
  }

  /** With nothing running, waiting has an end: beyond it the run stops, and can be gone on with. */
  private unlessTooLong(until: number): number | undefined {
    const now = this.options.clock.now();
    if (!this.patience.isTooLong(until - now)) return until;
    const [first, ...others] = this.ready.byAge;
    const tasks = `${first?.task.id}${others.length === 0 ? "" : ` and ${counted(others.length, "more task")}`}`;
    this.stopReason = `${tasks} would have to wait for ${describeCoolDown(until, now)}`;
    if (Number.isFinite(until)) this.resumeAt = until;
    return undefined;
  }

  /** Resolves when something has changed, the run is aborted, or it is time to look again. */
  private async nextChange(lookAgainAt: number | undefined): Promise<void> {
    const { clock } = this.options;
    const from = clock.now();
    const isIdle = this.running.size === 0 && this.hold?.reason !== "person";
    await this.changed.wait(lookAgainAt === undefined ? undefined : lookAgainAt - from);
    if (isIdle) this.patience.waited(clock.now() - from);
  }

  private readonly onEvent = (event: RunEvent): void => {
    if (this.hold?.reason === "person") this.changed.call();
    if (!("task" in event)) return;
    const isMoved = this.ready.refresh(event.task, this.options.clock.now());
    if (isMoved || this.hold?.reason === "validation") this.changed.call();
  };

  private ending(): PoolEnding {
    const { stopReason, resumeAt } = this;
    const phases = this.options.tasks.map(({ id }) => ({ id, phase: this.options.state().tasks.get(id)?.phase }));
    const open = phases.filter(({ phase }) => phase !== "complete" && phase !== "failed" && phase !== "skipped");
    if (stopReason !== undefined && open.length > 0) {
      return { kind: "stopped", reason: stopReason, ...(resumeAt === undefined ? {} : { resumeAt }) };
    }
    const awaiting = open.filter(({ phase }) => phase === "awaiting_input").map(({ id }) => id);
    return awaiting.length === 0 ? { kind: "exhausted" } : { kind: "awaiting", tasks: awaiting };
  }

  private notBefore(task: Task): number | undefined {
    const cool = this.options.notBefore(task);
    const rest = this.patience.restUntil(task.id);
    return rest === undefined ? cool : Math.max(rest, cool ?? rest);
  }

  private isInValidation(id: string): boolean {
    const phase = this.options.state().tasks.get(id)?.phase;
    return phase === "verifying" || phase === "landing";
  }

  private scopeOf(task: Task): readonly string[] {
    return [...task.files, ...(this.options.state().tasks.get(task.id)?.grantedPaths ?? [])];
  }

  private failureOf(task: Task): string {
    return this.options.state().tasks.get(task.id)?.failure?.message ?? "it met a failure that every task would meet";
  }
}
