interface Waiting {
  readonly priority: number;
  readonly start: () => void;
}

/**
 * X5. Lets only so many checks run at once, whatever the number of workers: builds side by side slow one another down
 * until they meet their time limits. Of those that wait the one with the highest priority goes first, of equal ones the
 * one that came first. A check must not wait for another check inside itself (deadlock).
 */
export class ValidationQueue {
  private readonly limit: number;
  private readonly waiting: Waiting[] = [];
  private active = 0;

  /** `limit`: an integer from 1. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Rejects with what `work` rejects with; or, if `signal` fires before `work` has begun, at once with its reason. */
  async run<Value>(priority: number, work: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    await this.place(priority, signal);
    try {
      return await work();
    } finally {
      this.active--;
      this.startNext();
    }
  }

  private place(priority: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(signal?.reason);
      };
      const start = () => {
        signal?.removeEventListener("abort", leave);
        this.active++;
        resolve();
      };
      const entry: Waiting = { priority, start };
      signal?.addEventListener("abort", leave, { once: true });
      const behind = this.waiting.findIndex((other) => other.priority < priority);
      this.waiting.splice(behind === -1 ? this.waiting.length : behind, 0, entry);
      this.startNext();
    });
  }

  private startNext(): void {
    if (this.active < this.limit) this.waiting.shift()?.start();
  }
}
