import pRetry from "p-retry";

export interface RetryOptions {
  /** Attempts after the first one. */
  readonly retries: number;
  /** Wait before the first retry; it doubles each time, up to `maxDelayMs`. */
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** No retry starts when this much time has passed since the first attempt began. */
  readonly maxTotalMs: number;
  /** True for a failure that may pass when the same is tried again, unchanged. */
  readonly mayPassOnRetry: (error: Error) => boolean;
  /** Ends the waits, and is for the operation to obey while it runs. */
  readonly signal?: AbortSignal | undefined;
  /** Told before each wait. `attempt` is the one that failed, from 1. */
  readonly onRetry?: ((failed: { readonly attempt: number; readonly error: Error }) => void) | undefined;
}

/**
 * Tries `operation` until it succeeds, fails for good, or a limit is reached; rejects with its last error, or with the
 * signal's reason. `attempt` counts from 1.
 */
export function withRetry<Value>(
  operation: (attempt: number) => Promise<Value>,
  options: RetryOptions,
): Promise<Value> {
  return pRetry(operation, {
    retries: options.retries,
    factor: 2,
    minTimeout: options.minDelayMs,
    maxTimeout: options.maxDelayMs,
    maxRetryTime: options.maxTotalMs,
    ...(options.signal ? { signal: options.signal } : {}),
    shouldRetry: ({ error, attemptNumber, retriesLeft }) => {
      const again = retriesLeft > 0 && !options.signal?.aborted && options.mayPassOnRetry(error);
      if (again) options.onRetry?.({ attempt: attemptNumber, error });
      return again;
    },
  });
}
