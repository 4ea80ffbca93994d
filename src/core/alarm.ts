import { type Deferred, deferred } from "./deferred.ts";
import type { Pause } from "./pause.ts";

/** Timers take no more than that. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a loop waits on between two looks at the world. A call that comes while nobody waits ends the next wait. */
export class Alarm {
  private readonly pause: Pause;
  private called: Deferred<void> = deferred();

  constructor(pause: Pause) {
    this.pause = pause;
  }

  readonly call = (): void => this.called.resolve();

  /** Resolves once it was called, at the latest after so many milliseconds; undefined: however long that takes. */
  async wait(milliseconds: number | undefined): Promise<void> {
    const timer = new AbortController();
    const waits: Promise<void>[] = [this.called.promise];
    if (milliseconds !== undefined) {
      waits.push(this.pause(Math.min(Math.max(milliseconds, 0), LONGEST_TIMER_MS), timer.signal));
    }
    await Promise.race(waits);
    timer.abort();
    this.called = deferred();
  }
}
