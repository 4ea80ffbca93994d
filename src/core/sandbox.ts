import type { Options } from "../config.ts";
import { bubblewrapPrefix } from "./bubblewrap.ts";
import { type Confinement, UNCONFINED } from "./confinement.ts";
import { privateVariables } from "./privateVariables.ts";
import { failure, type Result, success } from "./result.ts";
import { sandboxMounts } from "./sandboxMounts.ts";
import { findBubblewrap } from "./sandboxProbe.ts";

/** What the commands for one work tree may do. All paths are absolute. */
export interface SandboxPlace {
  /** Folder of this work tree's own for temporary files, caches and installed packages; it may be written. */
  readonly scratch: string;
  /** Folders that may be written, besides the scratch folder. */
  readonly writable: readonly string[];
  /** What has to be seen also where it lies in /tmp; what is hidden in it stays so. */
  readonly visible: readonly string[];
  /** What can be read although something above it is hidden. */
  readonly readable: readonly string[];
  /** Files and folders that cannot be read, over those where keys are known to live. */
  readonly hidden: readonly string[];
  readonly network: boolean;
  /** The commands install packages: into the scratch folder, with the keys of package registries at hand. */
  readonly installing: boolean;
}

/** How commands are kept in their work tree on this machine. */
export interface Sandbox {
  /** What is not protected, in one line; undefined: nothing is missing. */
  readonly notice: string | undefined;
  /**
   * The limits of a place as it is now: what is hidden has to exist by then. `scratch` and what is writable have to exist
   * when a command starts. Costs a few milliseconds here, and as much again for each command.
   */
  confine(place: SandboxPlace): Confinement;
}

/**
 * Finds out, by running it, whether commands can be kept in their work trees here. `environment`: the user's own, whose
 * PATH leads to the programs and whose HOME holds the keys. The failure is one line for the person who chose `bubblewrap`.
 */
export async function probeSandbox(
  choice: Options["sandbox"],
  environment: NodeJS.ProcessEnv,
): Promise<Result<Sandbox, string>> {
  if (choice === "off") return success(openSandbox("sandbox is off"));
  const found = await findBubblewrap(environment);
  if (found.ok) return success(bubblewrapSandbox(found.value, environment));
  if (choice === "auto") return success(openSandbox(found.failure));
  return failure(`sandbox is bubblewrap, but ${found.failure}; or set sandbox to off.`);
}

function bubblewrapSandbox(program: string, environment: NodeJS.ProcessEnv): Sandbox {
  return {
    notice: undefined,
    confine: (place) => ({
      prefix: bubblewrapPrefix(program, sandboxMounts(place, environment), place),
      environment: privateVariables(place, environment),
    }),
  };
}

function openSandbox(because: string): Sandbox {
  return {
    notice: `Commands of agents and checks are not kept in their work tree (${because}): they can write to and delete what you can, read your keys and the repository's .git, see other processes and use the network.`,
    confine: () => UNCONFINED,
  };
}
