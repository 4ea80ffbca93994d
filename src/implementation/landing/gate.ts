import type { Confinement } from "../../core/confinement.ts";
import type { Slot } from "../../git/slot.ts";
import {
  type CheckOptions,
  type CheckSurroundings,
  type ChecksOutcome,
  type FailedCheck,
  runChecks,
} from "../../verification/commandCheck.ts";
import type { SlotSetup } from "../slots/slotSetup.ts";
import { afterPassing, type RedCommand } from "./baseline.ts";

export interface GateSurroundings extends Omit<CheckSurroundings, "directory" | "confinement"> {
  /** Asked anew for each commit: what `setup` installed decides where packages are read from. */
  readonly confine: () => Confinement;
}

/**
 * Where it is decided whether a commit may be on the branch: a work tree no agent ever entered, rebuilt for each commit.
 * One commit at a time.
 */
export class Gate {
  private readonly slot: Slot;
  private readonly setup: SlotSetup;
  private readonly surroundings: GateSurroundings;
  private red: readonly RedCommand[] = [];

  constructor(slot: Slot, setup: SlotSetup, surroundings: GateSurroundings) {
    this.slot = slot;
    this.setup = setup;
    this.surroundings = surroundings;
  }

  /** From now on commands may fail in these ways, until a commit passes in which they do not. */
  tolerate(red: readonly RedCommand[]): void {
    this.red = red;
  }

  /** Prepares `commit` and runs `commands` on it; undefined: all passed, or failed as they may. */
  check(
    commit: string,
    commands: readonly string[],
    options: Pick<CheckOptions, "onRan"> = {},
  ): Promise<FailedCheck | undefined> {
    if (commands.length === 0) return Promise.resolve(undefined);
    const checked = this.setup.inGate(async () => {
      const unprepared = await this.setup.prepare(this.slot, commit);
      if (unprepared !== undefined) return unprepared;
      const { failed, results } = await this.run(commands, { ...options, known: this.red.map(({ known }) => known) });
      if (failed === undefined) this.red = afterPassing(this.red, results);
      return failed;
    });
    // While what has passed lands: the next check then finds the slot as the last one did. Where that fails, the next
    // rebuild does all of it again, and says what is wrong.
    this.setup.inGate(() => this.slot.settle()).catch(() => undefined);
    return checked;
  }

  /** Prepares `commit` alone. @returns the setup command that failed; undefined: the gate is ready for `look` */
  prepare(commit: string): Promise<FailedCheck | undefined> {
    return this.setup.inGate(() => this.setup.prepare(this.slot, commit));
  }

  /**
   * Runs commands on the commit that was prepared last: before any other slot is prepared, which may happen in here.
   * Nothing is tolerated, and nothing decided.
   */
  look(commands: readonly string[], options: CheckOptions): Promise<ChecksOutcome> {
    return this.setup.inGate(() => this.run(commands, options));
  }

  /** Resolves when nothing runs in it any more, and nothing is put in order there: its lease may end. */
  idle(): Promise<void> {
    return this.setup.inGate(async () => undefined);
  }

  private run(commands: readonly string[], options: CheckOptions): Promise<ChecksOutcome> {
    this.slot.unsettle();
    const { confine, ...surroundings } = this.surroundings;
    return runChecks(commands, { ...surroundings, confinement: confine(), directory: this.slot.directory }, options);
  }
}
