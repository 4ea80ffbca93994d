import type { Task } from "../../types.ts";
import type { ReadyOrders, ReadyTask } from "./readyTasks.ts";

/** O4. A task that could have been started for longer than this is starving. */
const STARVING_AFTER_MS = 300_000;
/** X5. With more tasks than this in validation no task is started. */
const MAX_IN_VALIDATION = 5;
/** When nothing tells that the machine has recovered, or that a person lets the work go on, it is looked at again. */
const LOOK_AGAIN_MS = 2_000;

export interface RunningTask {
  readonly task: Task;
  /** It was started because it was starving. */
  readonly raised: boolean;
}

/** Everything a decision depends on besides the ready tasks. Times in milliseconds since the epoch. */
export interface Situation {
  readonly now: number;
  readonly workers: number;
  /** Why the machine cannot bear more than one task now; undefined: it can. */
  readonly paused: string | undefined;
  /** A person wants the whole run to stand still. */
  readonly standsStill: boolean;
  /** A person wants this task to stand still. */
  readonly isHeld: (task: Task) => boolean;
  readonly running: readonly RunningTask[];
  /** How many of those are being verified or land. */
  readonly inValidation: number;
  /** Before this a task cannot be started: who would work on it is cooling down. */
  readonly notBefore: (task: Task) => number | undefined;
  /** Whether two tasks may write the same file. */
  readonly scopesMeet: (one: Task, other: Task) => boolean;
}

/** Why a free worker is given nothing although tasks are ready. */
export type Hold =
  | { readonly reason: "resources"; readonly because: string }
  | { readonly reason: "validation"; readonly tasks: number }
  | { readonly reason: "person" }
  | { readonly reason: "cooling"; readonly until: number };

export interface Decision {
  /** To be started now, in this order. */
  readonly start: readonly RunningTask[];
  /** When to decide again even if nothing has changed; undefined: only a change can make a difference. */
  readonly lookAgainAt: number | undefined;
  readonly hold: Hold | undefined;
}

/**
 * Which ready tasks start now: those with the longest chain of work behind them first (of equal ones the first in the
 * backlog), as many as there are workers and the machine can bear. While tasks starve, one place at a time is theirs,
 * longest waiting first: all places would keep the critical path waiting for the whole rest
 * (docs/decisions/0050-scheduling.md). Tasks whose files may meet never run at once, whatever the graph says.
 * Depends on nothing but its arguments; looks at as many ready tasks as it has to pass over.
 */
export function decide(ready: ReadyOrders, situation: Situation): Decision {
  const { workers, paused, running, inValidation, now, standsStill } = situation;
  if (standsStill) return { start: [], lookAgainAt: now + LOOK_AGAIN_MS, hold: { reason: "person" } };
  if (inValidation > MAX_IN_VALIDATION) {
    return { start: [], lookAgainAt: undefined, hold: { reason: "validation", tasks: inValidation } };
  }
  // One task can always run: on a machine that others keep busy we would wait for ever.
  const places = paused === undefined ? workers : 1;
  const choice = new Choice(ready, situation);
  while (running.length + choice.start.length < places && choice.takeNext());

  const { start, coolUntil, passedOverHeld } = choice;
  const busy = running.length + start.length;
  if (busy >= workers || ready.byAge.length === start.length) return { start, lookAgainAt: undefined, hold: undefined };
  if (paused !== undefined && busy >= places) {
    return { start, lookAgainAt: now + LOOK_AGAIN_MS, hold: { reason: "resources", because: paused } };
  }
  if (coolUntil !== undefined) return { start, lookAgainAt: coolUntil, hold: { reason: "cooling", until: coolUntil } };
  if (passedOverHeld) return { start, lookAgainAt: now + LOOK_AGAIN_MS, hold: { reason: "person" } };
  return { start, lookAgainAt: undefined, hold: undefined };
}

/** The tasks of one decision, one after the other. */
class Choice {
  readonly start: RunningTask[] = [];
  /** When the first of those that were passed over has cooled down. */
  coolUntil: number | undefined;
  /** Some were passed over because a person wants them to stand still. */
  passedOverHeld = false;
  private readonly ready: ReadyOrders;
  private readonly situation: Situation;
  /** Chosen, or passed over: what kept a task back keeps it back for this whole decision. */
  private readonly settled = new Set<ReadyTask>();

  constructor(ready: ReadyOrders, situation: Situation) {
    this.ready = ready;
    this.situation = situation;
  }

  /** False: no ready task can be started. */
  takeNext(): boolean {
    const starving = this.isPlaceForStarving() ? this.firstOf(this.starvingTasks()) : undefined;
    const next = starving ?? this.firstOf(this.ready.byChain);
    if (next === undefined) return false;
    this.start.push({ task: next.task, raised: starving !== undefined });
    return true;
  }

  private isPlaceForStarving(): boolean {
    return ![...this.situation.running, ...this.start].some(({ raised }) => raised);
  }

  private *starvingTasks(): Generator<ReadyTask> {
    for (const task of this.ready.byAge) {
      if (this.situation.now - task.since <= STARVING_AFTER_MS) return;
      yield task;
    }
  }

  private firstOf(tasks: Iterable<ReadyTask>): ReadyTask | undefined {
    for (const candidate of tasks) {
      if (this.settled.has(candidate)) continue;
      this.settled.add(candidate);
      if (this.canStart(candidate)) return candidate;
    }
    return undefined;
  }

  private canStart(candidate: ReadyTask): boolean {
    const { now, running, isHeld, notBefore, scopesMeet } = this.situation;
    if (isHeld(candidate.task)) {
      this.passedOverHeld = true;
      return false;
    }
    const coolUntil = notBefore(candidate.task) ?? now;
    if (coolUntil > now) {
      this.coolUntil = Math.min(this.coolUntil ?? coolUntil, coolUntil);
      return false;
    }
    return ![...running, ...this.start].some(({ task }) => scopesMeet(candidate.task, task));
  }
}
