import type { Confinement } from "../core/confinement.ts";
import type { Slot } from "../git/slot.ts";
import { type FailedCheck, runChecks } from "../verification/commandCheck.ts";

export interface ConfineLimits {
  readonly network: boolean;
  /** The commands are `setup`: they install packages, and may use the keys of package registries for it. */
  readonly installing?: boolean;
}

/**
 * How the commands that run in a slot are kept in it, as things are now. The slot has to have been prepared before they
 * start.
 */
export type Confine = (slot: Slot, limits: ConfineLimits) => Confinement;

export interface SlotSetupOptions {
  /** Commands that prepare a work tree; they may use the network. */
  readonly commands: readonly string[];
  readonly confine: Confine;
  readonly environment: Readonly<Record<string, string>>;
  /** Limit for each command. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Makes a slot ready for whoever works or checks in it: the tree of a commit, and what `setup` adds to it. */
export class SlotSetup {
  private readonly options: SlotSetupOptions;

  constructor(options: SlotSetupOptions) {
    this.options = options;
  }

  /** @returns the setup command that failed; undefined: the slot is ready */
  async prepare(slot: Slot, commit: string): Promise<FailedCheck | undefined> {
    const { commands, confine, environment, signal, timeoutMs } = this.options;
    await slot.rebuild(commit);
    const confinement = confine(slot, { network: true });
    const { failed } = await runChecks(commands, {
      directory: slot.directory,
      environment,
      confinement,
      timeoutMs,
      signal,
    });
    return failed;
  }
}
