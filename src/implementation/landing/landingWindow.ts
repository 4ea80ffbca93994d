/** More would make a failed verification of all of them cost more than it saved. */
const LARGEST = 16;
/** A verification that takes less holds nobody up, and a commit a task is what a person expects to read. */
const SLOW_MS = 3_000;

/** What one verification that passed was like. */
export interface PassedVerification {
  /** Landings that wait by now. */
  readonly waiting: number;
  readonly verifyMs: number;
  /** What landing took besides. */
  readonly otherMs: number;
}

/**
 * How many tasks are verified together: one, until tasks wait for a `verify` that is slow, and takes longer than
 * everything else a landing costs; then twice as many each time that passes. A failure, which has to be searched for, starts from one.
 */
export class LandingWindow {
  private current = 1;

  get size(): number {
    return this.current;
  }

  passed({ waiting, verifyMs, otherMs }: PassedVerification): void {
    if (verifyMs < SLOW_MS || verifyMs <= otherMs) this.current = 1;
    else if (waiting > 0) this.current = Math.min(LARGEST, this.current * 2);
  }

  failed(): void {
    this.current = 1;
  }
}
