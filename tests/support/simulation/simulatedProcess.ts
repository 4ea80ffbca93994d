import { deferred } from "../../../src/core/deferred.ts";
import { FakeTime } from "../fakeTime.ts";

/** When and how a simulated process is disturbed. */
export interface Fate {
  /** The step, counted from 1, at which it dies; undefined: it does not. */
  readonly diesAt: number | undefined;
  readonly random: () => number;
}

const LONGEST_RUN_MS = 86_400_000;
const NEVER = new Promise<never>(() => undefined);

/** Longest time between two things that happen to be done at once, in milliseconds. */
const MOST_DELAY_MS = 3;

/**
 * A process in time that jumps. Everything it does to the world passes `step`, which may be its last: whoever waits there
 * waits for ever then, as in a process that was killed.
 */
export class SimulatedProcess {
  readonly time = new FakeTime();
  readonly died = deferred<"died">();
  steps = 0;
  private readonly fate: Fate;
  private readonly whileAlive = new AbortController();
  private isDead = false;

  constructor(fate: Fate) {
    this.fate = fate;
  }

  /** Throws for a process that goes on although nothing comes of it. */
  private assertGoingSomewhere(): void {
    if (this.time.now() > LONGEST_RUN_MS) throw new Error("it went on for a day, and nothing came of it");
  }

  async step(): Promise<void> {
    await this.time.pause(Math.floor(this.fate.random() * MOST_DELAY_MS), this.whileAlive.signal);
    if (this.isDead) return NEVER;
    this.assertGoingSomewhere();
    this.steps++;
    if (this.steps !== this.fate.diesAt) return;
    this.isDead = true;
    this.died.resolve("died");
    return NEVER;
  }

  /** Lets time pass, as long as nobody wants it to stop. */
  async wait(milliseconds: number, signal: AbortSignal = this.whileAlive.signal): Promise<void> {
    await this.time.pause(milliseconds, signal);
    if (this.isDead) await NEVER;
    this.assertGoingSomewhere();
  }
}
