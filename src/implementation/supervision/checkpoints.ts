import { pause } from "../../core/pause.ts";
import type { ToolLock } from "./toolLock.ts";

/** What the work tree differed by from the attempt's base when it was saved. */
export interface Checkpoint {
  readonly commit: string;
  readonly files: number;
  /** Added and removed ones together. */
  readonly lines: number;
}

export interface CheckpointOptions {
  readonly lock: ToolLock;
  /**
   * Looks at the work tree as it is, while no tool runs; what it returns makes a checkpoint of it, and tools may go on
   * meanwhile. Undefined: nothing has changed since the last time.
   */
  readonly take: (cause: string) => Promise<(() => Promise<Checkpoint>) | undefined>;
  readonly onTaken: (checkpoint: Checkpoint) => void;
  /** A checkpoint that could not be taken stops nobody. */
  readonly onFailed: (error: unknown) => void;
}

interface Burst {
  readonly since: number;
  last: number;
}

/** After the last write of a burst … */
const QUIET_MS = 1_000;
/** … or, where writes do not cease, after this long. */
const LONGEST_BURST_MS = 10_000;

/** X1. Saves what an agent has made, while it works: one checkpoint at a time, one for a burst of writes. */
export class Checkpoints {
  private readonly options: CheckpointOptions;
  private stillToCome = new AbortController();
  private burst: Burst | undefined;
  private waiting: Promise<void> = Promise.resolve();
  private saving: Promise<void> = Promise.resolve();

  constructor(options: CheckpointOptions) {
    this.options = options;
  }

  /** A tool that may have written has ended. */
  noteWrite(): void {
    const now = Date.now();
    if (this.burst !== undefined) {
      this.burst.last = now;
      return;
    }
    this.burst = { since: now, last: now };
    this.wait(this.afterBurst(this.burst));
  }

  /** Saves at once, as soon as no tool runs and what is being saved is. */
  now(cause: string): Promise<void> {
    this.saving = this.saving.then(() => this.save(cause));
    this.wait(this.saving);
    return this.saving;
  }

  /** Before something that may go wrong: what a burst has written so far is saved, unless a tool is writing still. */
  async beforeRisk(cause: string): Promise<void> {
    if (this.burst === undefined || !this.options.lock.isIdle) return;
    this.endBurst();
    await this.now(cause);
  }

  private wait(saving: Promise<void>): void {
    this.waiting = Promise.all([this.waiting, saving]).then(() => undefined);
  }

  private async save(cause: string): Promise<void> {
    const { lock, take, onTaken, onFailed } = this.options;
    try {
      const complete = await lock.whileStill(() => take(cause));
      if (complete !== undefined) onTaken(await complete());
    } catch (error) {
      onFailed(error);
    }
  }

  /**
   * The agent has come to rest, and whoever calls this saves its work another way: what was still to be saved is not, and
   * nothing is being saved once this has resolved.
   */
  async rest(): Promise<void> {
    this.endBurst();
    await this.waiting;
  }

  private endBurst(): void {
    this.stillToCome.abort();
    this.stillToCome = new AbortController();
    this.burst = undefined;
  }

  private async afterBurst(burst: Burst): Promise<void> {
    const { signal } = this.stillToCome;
    for (
      let left = QUIET_MS;
      left > 0;
      left = Math.min(burst.last + QUIET_MS, burst.since + LONGEST_BURST_MS) - Date.now()
    ) {
      await pause(left, signal);
      if (signal.aborted) return;
    }
    this.burst = undefined;
    await this.now("burst");
  }
}
