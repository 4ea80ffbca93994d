import type { Confinement } from "../../core/confinement.ts";
import { createLimiter, type Limiter } from "../../core/rateLimit.ts";
import { failure, type Result, success } from "../../core/result.ts";
import type { StateDirectory } from "../../core/stateDirectory.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Git } from "../../git/gitProcess.ts";
import type { Slot } from "../../git/slot.ts";
import { type FailedCheck, runChecks } from "../../verification/commandCheck.ts";
import { type CopiedFile, digestOfCopies, placeCopies } from "./copiedFiles.ts";
import { SetupImages, type SetupResult } from "./setupImages.ts";
import { readSetupKey, type SetupKey } from "./setupKey.ts";
import { readSetupOutcome } from "./setupOutcome.ts";
import { emptyScratch, fillPackages } from "./slotScratch.ts";
import { describeToolchain } from "./toolchain.ts";

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
  readonly git: Git;
  readonly control: ControlRepository;
  readonly state: StateDirectory;
  /** The slot no agent enters: `setup` runs there, once, for all. */
  readonly gate: Slot;
  /** Commands that prepare a work tree; they may use the network. */
  readonly commands: readonly string[];
  /** Files of the user's that each slot gets. */
  readonly copied: readonly CopiedFile[];
  readonly confine: Confine;
  readonly environment: Readonly<Record<string, string>>;
  /** Limit for each command. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told once why `setup` has to run in each slot. */
  readonly warn: (message: string) => void;
}

/**
 * Makes a slot ready for whoever works or checks in it: the tree of a commit, what `setup` adds to it, and the files of
 * the option `copy`. `setup` runs in the gate slot once for the same dependencies; other slots get a copy of what it
 * made, which nothing flows back from.
 */
export class SlotSetup {
  /**
   * Whoever uses the gate slot does so within this, one at a time. Nobody may count on what was there before: a slot that
   * lacks its dependencies has them made there in between.
   */
  readonly inGate: Limiter = createLimiter(1);
  private readonly options: SlotSetupOptions;
  private readonly images: SetupImages;
  private surroundings: Promise<string> | undefined;
  private readonly told = new Set<string>();

  constructor(options: SlotSetupOptions) {
    this.options = options;
    this.images = new SetupImages(options.state.images);
  }

  /**
   * For the gate slot: call it within `inGate`.
   * @returns the setup command that failed; undefined: the slot is ready
   */
  async prepare(slot: Slot, commit: string): Promise<FailedCheck | undefined> {
    const { commands, gate } = this.options;
    if (commands.length === 0) return this.prepareAlone(slot, commit);
    const key = await this.keyOf(commit);
    const known = await this.images.find(key);
    if (known !== undefined) return this.prepareFrom(known, slot, commit);

    if (slot === gate) {
      const built = await this.build(key, commit);
      return built.ok ? undefined : built.failure;
    }
    const built = await this.inGate(async () => {
      const meanwhile = await this.images.find(key);
      return meanwhile === undefined ? this.build(key, commit) : success(meanwhile);
    });
    return built.ok ? this.prepareFrom(built.value, slot, commit) : built.failure;
  }

  private async prepareFrom(result: SetupResult, slot: Slot, commit: string): Promise<FailedCheck | undefined> {
    if (result.kind === "not-shared") {
      this.tell(result.because);
      return this.prepareAlone(slot, commit);
    }
    const { copied, state } = this.options;
    await Promise.all([slot.rebuild(commit, result.content), emptyScratch(state, slot)]);
    await Promise.all([fillPackages(state, slot, result.packages), placeCopies(copied, slot.directory)]);
    return undefined;
  }

  /** Runs the commands in the slot itself. */
  private async prepareAlone(slot: Slot, commit: string): Promise<FailedCheck | undefined> {
    const { commands, confine, copied, environment, signal, state, timeoutMs } = this.options;
    await Promise.all([slot.rebuild(commit), emptyScratch(state, slot)]);
    await placeCopies(copied, slot.directory);
    const confinement = confine(slot, { network: true, installing: true });
    const surroundings = { directory: slot.directory, environment, confinement, timeoutMs, signal };
    return (await runChecks(commands, surroundings)).failed;
  }

  /** Leaves the gate slot ready, and an image of what `setup` made there if it can be shared. */
  private async build(key: SetupKey, commit: string): Promise<Result<SetupResult, FailedCheck>> {
    const { copied, gate, state } = this.options;
    const failed = await this.prepareAlone(gate, commit);
    if (failed !== undefined) return failure(failed);
    const outcome = await readSetupOutcome(gate, state, copied);
    if (!outcome.ok) {
      this.tell(outcome.failure);
      return success(await this.images.refuse(key, outcome.failure));
    }
    const stored = await this.images.store(key, outcome.value);
    if (stored.kind === "image") await gate.adopt(stored.content);
    return success(stored);
  }

  private async keyOf(commit: string): Promise<SetupKey> {
    const { commands, control, git } = this.options;
    this.surroundings ??= this.describeSurroundings();
    return readSetupKey({ git, control, commands, surroundings: await this.surroundings }, commit);
  }

  private async describeSurroundings(): Promise<string> {
    const { confine, copied, environment, gate } = this.options;
    // Packages that are not installed into the work tree go elsewhere without a sandbox.
    const isConfined = confine(gate, { network: true }).prefix.length > 0;
    return [await describeToolchain(environment), digestOfCopies(copied), String(isConfined)].join("\n");
  }

  private tell(because: string): void {
    if (because === "" || this.told.has(because)) return;
    this.told.add(because);
    this.options.warn(`setup runs in each worktree, since ${because}`);
  }
}
