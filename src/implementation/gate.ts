import pLimit from "p-limit";
import type { Slot } from "../git/slot.ts";
import { type CheckSurroundings, type FailedCheck, firstFailedCheck } from "../verification/commandCheck.ts";

/**
 * Where it is decided whether a commit may be on the branch: a work tree no agent ever entered, rebuilt for each commit.
 * One commit at a time.
 */
export class Gate {
  private readonly slot: Slot;
  private readonly setup: readonly string[];
  private readonly surroundings: Omit<CheckSurroundings, "directory">;
  private readonly oneAtATime = pLimit(1);

  constructor(slot: Slot, setup: readonly string[], surroundings: Omit<CheckSurroundings, "directory">) {
    this.slot = slot;
    this.setup = setup;
    this.surroundings = surroundings;
  }

  /** Prepares `commit` and runs `commands` on it; undefined: all passed. */
  check(commit: string, commands: readonly string[]): Promise<FailedCheck | undefined> {
    if (commands.length === 0) return Promise.resolve(undefined);
    return this.oneAtATime(async () => {
      await this.slot.rebuild(commit);
      const surroundings = { ...this.surroundings, directory: this.slot.directory };
      return (await firstFailedCheck(this.setup, surroundings)) ?? firstFailedCheck(commands, surroundings);
    });
  }
}
