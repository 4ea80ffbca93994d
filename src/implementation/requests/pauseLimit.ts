import type { Unsubscribe } from "../../core/eventBus.ts";
import type { RunEvent } from "../../recovery/runEvents.ts";
import type { RunState } from "../../recovery/runState.ts";
import { isInAttempt } from "../../recovery/taskState.ts";

export interface PauseLimitOptions {
  readonly state: () => RunState;
  /** Every event, once it is in the journal. */
  readonly subscribe: (listener: (event: RunEvent) => void) => Unsubscribe;
  /** In all, however often it was paused. */
  readonly limitMs: number;
}

/** A run that nobody lets go on holds a track, work trees and memory; it can be gone on with at any time. */
export const LONGEST_PAUSE_MS = 3_600_000;

/** Ends a run that has stood still for a person for too long. `end()` must be called. */
export class PauseLimit {
  private readonly options: PauseLimitOptions;
  private readonly tooLong = new AbortController();
  private readonly unsubscribe: Unsubscribe;
  private stillSince: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private left: number;

  constructor(options: PauseLimitOptions) {
    this.options = options;
    this.left = options.limitMs;
    this.unsubscribe = options.subscribe(() => this.follow());
    this.follow();
  }

  /** Fires when it was too long. */
  get signal(): AbortSignal {
    return this.tooLong.signal;
  }

  end(): void {
    this.unsubscribe();
    clearTimeout(this.timer);
  }

  private follow(): void {
    const isStill = standsStill(this.options.state());
    if (isStill === (this.stillSince !== undefined)) return;
    clearTimeout(this.timer);
    if (this.stillSince !== undefined) this.left -= performance.now() - this.stillSince;
    this.stillSince = isStill ? performance.now() : undefined;
    if (isStill) this.timer = setTimeout(() => this.tooLong.abort(), Math.max(this.left, 0));
  }
}

/** All of it is paused, or every task that is under way. */
function standsStill({ pausedBecause, tasks }: RunState): boolean {
  if (pausedBecause !== undefined) return true;
  const all = [...tasks.values()];
  const isPaused = all.some((task) => task.pausedBecause !== undefined);
  return isPaused && all.every((task) => !isInAttempt(task) || task.pausedBecause !== undefined);
}
