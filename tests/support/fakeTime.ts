import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/core/clock.ts";
import type { Pause } from "../../src/core/pause.ts";

/** A clock that jumps from one wait to the next as soon as nothing else can happen. */
export class FakeTime implements Clock {
  private current = 0;
  private readonly waits = new Set<{ readonly at: number; readonly end: () => void }>();

  now(): number {
    return this.current;
  }

  readonly pause: Pause = (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = () => {
        this.waits.delete(wait);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const wait = { at: this.current + milliseconds, end };
      this.waits.add(wait);
      signal.addEventListener("abort", end);
    });

  /** Lets time pass until `work` has settled; throws when nothing that could settle it is left to wait for. */
  async until<Value>(work: Promise<Value>): Promise<Value> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    for (;;) {
      await setImmediate();
      if (settled) return work;
      const next = [...this.waits].reduce<number>((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
      if (next === Number.POSITIVE_INFINITY) throw new Error("nothing is waited for, and the work has not ended");
      this.current = Math.max(this.current, next);
      for (const wait of [...this.waits]) if (wait.at <= this.current) wait.end();
    }
  }
}
