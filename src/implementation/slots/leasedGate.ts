import type { CommandContext } from "../../core/commandContext.ts";
import { allowedEnvironment } from "../../core/environment.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import type { StateDirectory } from "../../core/stateDirectory.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Git } from "../../git/gitProcess.ts";
import { Slot } from "../../git/slot.ts";
import type { UserRepository } from "../../git/userRepository.ts";
import { currentProcessIdentity } from "../../recovery/processIdentity.ts";
import { Gate } from "../landing/gate.ts";
import { WorktreeManager } from "../worktreeManager.ts";
import { confineSlot } from "./confineSlot.ts";
import { readCopiedFiles } from "./copiedFiles.ts";
import { SlotSetup } from "./slotSetup.ts";

export interface GateSources {
  readonly git: Git;
  readonly user: UserRepository;
  readonly state: StateDirectory;
  readonly control: ControlRepository;
  readonly sandbox: Sandbox;
  readonly context: Pick<CommandContext, "environment" | "options" | "clock" | "signal">;
  readonly setup: readonly string[];
  /** What its commands may reach, besides `setup`. */
  readonly network: boolean;
  /** In words for who meets its lease: "doctor". */
  readonly purpose: string;
}

/** A gate without a run. */
export interface LeasedGate {
  readonly gate: Gate;
  readonly release: () => Promise<void>;
}

/** Leases the lowest gate that is free, beside those of runs that are under way. Throws `Refusal` for what cannot be copied. */
export async function leaseGate(sources: GateSources): Promise<LeasedGate> {
  const { git, user, state, control, sandbox, context, network, purpose } = sources;
  const { clock, environment, options, signal } = context;
  const copied = await readCopiedFiles(git, user.root, options.copy);
  const confine = await confineSlot({ sandbox, user, control, state, environment });
  const worktrees = await WorktreeManager.lease(0, {
    state,
    identity: await currentProcessIdentity(),
    purpose,
    clock,
    openSlot: (kind, number) => Slot.open(git, state, user, control, kind, number),
  });
  const slot = worktrees.gate;
  const limits = {
    environment: allowedEnvironment(environment),
    timeoutMs: options.taskTimeoutSeconds * 1_000,
    signal,
  };
  const commands = sources.setup;
  // Whether `setup` can be shared among slots is for a run to say.
  const warn = () => undefined;
  const setup = new SlotSetup({ ...limits, git, control, state, gate: slot, commands, copied, confine, warn });
  const gate = new Gate(slot, setup, { ...limits, confine: () => confine(slot, { network }) });
  return {
    gate,
    release: async () => {
      await gate.idle();
      await worktrees.cleanupAll();
    },
  };
}
