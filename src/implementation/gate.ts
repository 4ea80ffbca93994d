import pLimit from "p-limit";
import type { Slot } from "../git/slot.ts";
import { type CheckSurroundings, type FailedCheck, runChecks } from "../verification/commandCheck.ts";
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

  constructor(slot: Slot, setup: SlotSetup, surroundings: Omit<CheckSurroundings, "directory">) {
    this.slot = slot;
    this.setup = setup;
    this.surroundings = surroundings;
  }

  /** Prepares `commit` and runs `commands` on it; undefined: all passed. */
  check(commit: string, commands: readonly string[]): Promise<FailedCheck | undefined> {
    if (commands.length === 0) return Promise.resolve(undefined);
    return this.oneAtATime(async () => {
      const unprepared = await this.setup.prepare(this.slot, commit);
      if (unprepared !== undefined) return unprepared;
      return (await runChecks(commands, { ...this.surroundings, directory: this.slot.directory })).failed;
    });
  }
}
