import pLimit from "p-limit";

/**
 * Runs `work` as soon as a place is free, first come, first served. Work whose signal has fired by then is not
 * started: the promise rejects with the signal's reason. A limiter must not be used inside its own work (deadlock).
 */
export type Limiter = <Value>(work: () => Promise<Value>, signal?: AbortSignal) => Promise<Value>;

/**
 * M8. Made once a command and passed on: two commands in one process share nothing. `concurrency` is an integer from 1.
 * Planning agents (`--agents`) and sessions (`apiConcurrency`) are limited by it; workers by the pool that starts them.
 */
export function createLimiter(concurrency: number): Limiter {
  const limit = pLimit(concurrency);
  return (work, signal) =>
    limit(() => {
      signal?.throwIfAborted();
      return work();
    });
}
