const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/**
 * Sees to it that what was put off is neither tried again at once, over and over, nor waited for without end. Times are
 * in milliseconds since the epoch.
 */
export class Patience {
  private readonly maxWaitMs: number;
  private readonly delays = new Map<string, { readonly times: number; readonly until: number }>();
  private waitedMs = 0;

  /** `maxWaitMs`: how long nothing but waiting may go on. */
  constructor(maxWaitMs: number) {
    this.maxWaitMs = maxWaitMs;
  }

  /** A task was put off: it rests for 1 s, each time in a row twice as long, up to a minute. */
  postponed(id: string, now: number): void {
    const times = (this.delays.get(id)?.times ?? 0) + 1;
    this.delays.set(id, { times, until: now + Math.min(FIRST_DELAY_MS * 2 ** (times - 1), LONGEST_DELAY_MS) });
  }

  /** Work on a task came to something: there is reason to wait again. */
  progressed(id: string): void {
    this.delays.delete(id);
    this.waitedMs = 0;
  }

  restUntil(id: string): number | undefined {
    return this.delays.get(id)?.until;
  }

  waited(milliseconds: number): void {
    this.waitedMs += milliseconds;
  }

  isTooLong(milliseconds: number): boolean {
    return this.waitedMs + milliseconds > this.maxWaitMs;
  }
}
