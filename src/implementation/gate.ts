import pLimit from "p-limit";
import type { Slot } from "../git/slot.ts";
import {
  type CheckOptions,
  type CheckSurroundings,
  type ChecksOutcome,
  type FailedCheck,
  runChecks,
} from "../verification/commandCheck.ts";
import { afterPassing, type RedCommand } from "./baseline.ts";
import type { SlotSetup } from "./slotSetup.ts";

/**
 * Where it is decided whether a commit may be on the branch: a work tree no agent ever entered, rebuilt for each commit.
 * One commit at a time.
 */
export class Gate {
  private readonly slot: Slot;
  private readonly setup: SlotSetup;
  private readonly surroundings: Omit<CheckSurroundings, "directory">;
  private readonly oneAtATime = pLimit(1);
  private red: readonly RedCommand[] = [];

  constructor(slot: Slot, setup: SlotSetup, surroundings: Omit<CheckSurroundings, "directory">) {
    this.slot = slot;
    this.setup = setup;
    this.surroundings = surroundings;
  }

  /** From now on commands may fail in these ways, until a commit passes in which they do not. */
  tolerate(red: readonly RedCommand[]): void {
    this.red = red;
  }

  /** Prepares `commit` and runs `commands` on it; undefined: all passed, or failed as they may. */
  check(commit: string, commands: readonly string[]): Promise<FailedCheck | undefined> {
    if (commands.length === 0) return Promise.resolve(undefined);
    return this.oneAtATime(async () => {
      const unprepared = await this.setup.prepare(this.slot, commit);
      if (unprepared !== undefined) return unprepared;
      const { failed, results } = await this.run(commands, { known: this.red.map(({ known }) => known) });
      if (failed === undefined) this.red = afterPassing(this.red, results);
      return failed;
    });
  }

  /** Prepares `commit` alone. @returns the setup command that failed; undefined: the gate is ready for `look` */
  prepare(commit: string): Promise<FailedCheck | undefined> {
    return this.oneAtATime(() => this.setup.prepare(this.slot, commit));
  }

  /** Runs commands on the commit that was prepared last. Nothing is tolerated, and nothing decided. */
  look(commands: readonly string[], options: CheckOptions): Promise<ChecksOutcome> {
    return this.oneAtATime(() => this.run(commands, options));
  }

  /** Resolves when nothing runs in it any more. */
  idle(): Promise<void> {
    return this.oneAtATime(async () => undefined);
  }

  private run(commands: readonly string[], options: CheckOptions): Promise<ChecksOutcome> {
    return runChecks(commands, { ...this.surroundings, directory: this.slot.directory }, options);
  }
}
