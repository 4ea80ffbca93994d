import pLimit from "p-limit";

/** How many of each may run at once. */
export interface ConcurrencyLimits {
  readonly planning: number;
  readonly workers: number;
  readonly api: number;
}

/**
 * Runs `work` as soon as a place is free, first come, first served. Work whose signal has fired by then is not
 * started: the promise rejects with the signal's reason. A limiter must not be used inside its own work (deadlock).
 */
export type Limiter = <Value>(work: () => Promise<Value>, signal?: AbortSignal) => Promise<Value>;

export type Limiters = Readonly<Record<keyof ConcurrencyLimits, Limiter>>;

/** M8. Made once a run and passed on: two runs in one process share nothing. Each limit is an integer from 1. */
export function createLimiters(limits: ConcurrencyLimits): Limiters {
  return {
    planning: createLimiter(limits.planning),
    workers: createLimiter(limits.workers),
    api: createLimiter(limits.api),
  };
}

function createLimiter(concurrency: number): Limiter {
  const limit = pLimit(concurrency);
  return (work, signal) =>
    limit(() => {
      signal?.throwIfAborted();
      return work();
    });
}
