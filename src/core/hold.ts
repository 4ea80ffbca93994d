import { deferred } from "./deferred.ts";

/** X1. Whether something may go on or has to stand still, as somebody else decides. */
export interface Hold {
  readonly isHeld: boolean;
  /** Resolves at once while nothing is held, else when it is released or `signal` fires. */
  whenFree(signal: AbortSignal): Promise<void>;
  /** Told each change, until the returned function is called. */
  onChange(listener: (isHeld: boolean) => void): () => void;
}

/** A hold that is set and released by hand; setting what is set does nothing. */
export class HoldSwitch implements Hold {
  private readonly listeners = new Set<(isHeld: boolean) => void>();
  private free = deferred<void>();
  private held = false;

  get isHeld(): boolean {
    return this.held;
  }

  set(isHeld: boolean): void {
    if (isHeld === this.held) return;
    this.held = isHeld;
    if (isHeld) this.free = deferred();
    else this.free.resolve();
    for (const listener of [...this.listeners]) listener(isHeld);
  }

  async whenFree(signal: AbortSignal): Promise<void> {
    while (this.held && !signal.aborted) {
      const aborted = deferred<void>();
      const abort = () => aborted.resolve();
      signal.addEventListener("abort", abort, { once: true });
      await Promise.race([this.free.promise, aborted.promise]);
      signal.removeEventListener("abort", abort);
    }
  }

  onChange(listener: (isHeld: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }
}
