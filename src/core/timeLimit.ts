/** The limit of a wait has passed. */
export class TimeLimitExceeded extends Error {
  override readonly name = "TimeLimitExceeded";
  /** What was waited for, as a person would say it: "the planning agent's answer". */
  readonly what: string;
  readonly limitMs: number;

  constructor(what: string, limitMs: number) {
    super(`${what} took longer than ${limitMs / 1000} s`);
    this.what = what;
    this.limitMs = limitMs;
  }
}

/**
 * Runs `work` for at most `limitMs` milliseconds, then aborts the signal it was given and rejects with
 * `TimeLimitExceeded`, without waiting for work that does not obey. When `signal` fires it aborts likewise and rejects
 * with that signal's reason. Nothing is left ticking afterwards.
 */
export async function withTimeLimit<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  limitMs: number,
  what: string,
  signal?: AbortSignal,
): Promise<Value> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = (reason: unknown) => controller.abort(reason);
  const onAbort = () => stop(signal?.reason);
  const timer = setTimeout(() => stop(new TimeLimitExceeded(what, limitMs)), limitMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    // Listening before the work does: what the abort makes the work reject with must not be what the caller sees.
    return await Promise.race([rejectWhenAborted(controller.signal), work(controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
