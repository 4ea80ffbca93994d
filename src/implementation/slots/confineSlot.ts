import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Sandbox } from "../../core/sandbox.ts";
import { dataDirectory, type StateDirectory } from "../../core/stateDirectory.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { gitPlaces } from "../../git/gitPlaces.ts";
import type { UserRepository } from "../../git/userRepository.ts";
import { scratchOf } from "./slotScratch.ts";
import type { Confine } from "./slotSetup.ts";

export interface ConfineSurroundings {
  readonly sandbox: Sandbox;
  readonly user: UserRepository;
  readonly control: ControlRepository;
  readonly state: StateDirectory;
  readonly environment: NodeJS.ProcessEnv;
}

/** The rule of docs/decisions/0044 for the slots of one repository. */
export async function confineSlot(surroundings: ConfineSurroundings): Promise<Confine> {
  const { sandbox, user, control, state, environment } = surroundings;
  const git = await gitPlaces(user);
  const hidden = [...git.hidden, dataDirectory(environment), ...(await filesOfVariables(user.root))];
  return (slot, { network, installing = false }) =>
    sandbox.confine({
      scratch: scratchOf(state, slot),
      writable: [slot.directory, slot.gitDirectory],
      visible: [user.root],
      readable: [...git.readable, control.objectsDirectory],
      hidden,
      network,
      installing,
    });
}

/** `.env` and its variants at the user's root: those that are meant for slots are named by `copy`. */
async function filesOfVariables(root: string): Promise<readonly string[]> {
  const names = await readdir(root);
  return names.filter((name) => /^\.env(\.|$)/.test(name)).map((name) => join(root, name));
}
