import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { CACHES_FOLDER, PACKAGES_FOLDER } from "../core/privateVariables.ts";
import type { Sandbox } from "../core/sandbox.ts";
import { dataDirectory, type StateDirectory } from "../core/stateDirectory.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { emptyDirectory } from "../git/emptyDirectory.ts";
import { gitPlaces } from "../git/gitPlaces.ts";
import type { Slot } from "../git/slot.ts";
import type { UserRepository } from "../git/userRepository.ts";
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

/** A folder of the slot's own, outside its work tree, for what its commands write elsewhere. */
export function scratchOf(state: StateDirectory, slot: Slot): string {
  return slot.kind === "gate" ? state.gateScratch(slot.number) : state.slotScratch(slot.number);
}

/** Gives the slot an empty scratch folder, for whoever works in it next. */
export async function emptyScratch(state: StateDirectory, slot: Slot): Promise<void> {
  const scratch = scratchOf(state, slot);
  await emptyDirectory(scratch);
  await Promise.all(["tmp", CACHES_FOLDER, PACKAGES_FOLDER].map((name) => mkdir(join(scratch, name))));
}

/** `.env` and its variants at the user's root: those that are meant for slots are named by `copy`. */
async function filesOfVariables(root: string): Promise<readonly string[]> {
  const names = await readdir(root);
  return names.filter((name) => /^\.env(\.|$)/.test(name)).map((name) => join(root, name));
}
