import { deferred } from "../../core/deferred.ts";

/**
 * X1. Keeps an agent's mutating tools and looks at its work tree apart: many tools at once, or one look, never both, so
 * that no checkpoint sees half a write. A look that waits goes before tools that come after it.
 */
export class ToolLock {
  private running = 0;
  private looks: Promise<void> = Promise.resolve();
  private waitingLooks = 0;
  private idle = deferred<void>();

  constructor() {
    this.idle.resolve();
  }

  /** True while no tool runs. */
  get isIdle(): boolean {
    return this.running === 0;
  }

  /** Waits while somebody looks, or wants to. */
  async enter(): Promise<void> {
    while (this.waitingLooks > 0) await this.looks;
    if (this.running++ === 0) this.idle = deferred();
  }

  leave(): void {
    this.running--;
    if (this.running === 0) this.idle.resolve();
  }

  /** Runs `look` once no tool runs, one at a time; tools wait until it has ended. */
  whileStill<Value>(look: () => Promise<Value>): Promise<Value> {
    this.waitingLooks++;
    const turn = this.looks.then(async () => {
      await this.idle.promise;
      try {
        return await look();
      } finally {
        this.waitingLooks--;
      }
    });
    this.looks = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }
}
