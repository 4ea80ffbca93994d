/**
 * O7. What keeps a model that fails from being asked again and again: three failures within five minutes open the
 * breaker for fifteen. Then it is half-open: one trial decides whether it closes or opens anew.
 *
 *     closed ──3 failures in 5 min──► open ──15 min──► half-open ──success──► closed
 *                                      ▲                   │
 *                                      └──────failure──────┘
 *
 * Times are in milliseconds since the epoch. Pure: what is remembered, and where, is its keeper's.
 */
export interface Breaker {
  /** Failures since it was closed, oldest first; of an open one empty. */
  readonly failures: readonly number[];
  readonly openedAt?: number | undefined;
  readonly trialAt?: number | undefined;
  /** What the latest failure said. */
  readonly why?: string | undefined;
}

export type BreakerState =
  | { readonly kind: "closed" }
  | { readonly kind: "open"; readonly until: number }
  /** `trialUntil`: somebody else tries the model, and is waited for until then. */
  | { readonly kind: "half-open"; readonly trialUntil: number | undefined };

export const CLOSED: Breaker = { failures: [] };

export const FAILURES_TO_OPEN = 3;
const COUNTED_FOR_MS = 5 * 60_000;
const OPEN_FOR_MS = 15 * 60_000;
/** A trial nothing was heard of for so long has died with its process. */
const TRIAL_FOR_MS = 15 * 60_000;

export function breakerState({ openedAt, trialAt }: Breaker, now: number): BreakerState {
  if (openedAt === undefined) return { kind: "closed" };
  // Opened in the future: the clock was set back, and how long it has been open is not known.
  if (openedAt <= now && now < openedAt + OPEN_FOR_MS) return { kind: "open", until: openedAt + OPEN_FOR_MS };
  const isTried = trialAt !== undefined && trialAt <= now && now < trialAt + TRIAL_FOR_MS;
  return { kind: "half-open", trialUntil: isTried ? trialAt + TRIAL_FOR_MS : undefined };
}

export function afterFailure(breaker: Breaker, why: string, now: number): Breaker {
  switch (breakerState(breaker, now).kind) {
    case "open":
      return breaker;
    case "half-open":
      return { failures: [], openedAt: now, why };
    case "closed": {
      const counted = breaker.failures.filter((at) => at <= now && now < at + COUNTED_FOR_MS);
      const failures = [...counted, now];
      return failures.length < FAILURES_TO_OPEN ? { failures, why } : { failures: [], openedAt: now, why };
    }
  }
}

/** A success closes a half-open breaker. It takes no failure back: one that fails every other time opens too. */
export function afterSuccess(breaker: Breaker, now: number): Breaker {
  return breakerState(breaker, now).kind === "half-open" ? CLOSED : breaker;
}

export function withTrial(breaker: Breaker, now: number): Breaker {
  return { ...breaker, trialAt: now };
}

/** The trial came to no end that says anything about the model: the next one to ask makes another. */
export function withoutTrial(breaker: Breaker): Breaker {
  return breaker.trialAt === undefined ? breaker : { ...breaker, trialAt: undefined };
}
