import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { CACHES_FOLDER, PACKAGES_FOLDER } from "../../core/privateVariables.ts";
import type { StateDirectory } from "../../core/stateDirectory.ts";
import { emptyDirectory } from "../../git/emptyDirectory.ts";
import { copyPaths } from "../../git/placedContent.ts";
import type { Slot } from "../../git/slot.ts";

/** A folder of the slot's own, outside its work tree, for what its commands write elsewhere. */
export function scratchOf(state: StateDirectory, slot: Slot): string {
  return slot.kind === "gate" ? state.gateScratch(slot.number) : state.slotScratch(slot.number);
}

/** Where the slot's commands install packages that do not go into the work tree. */
export function packagesOf(state: StateDirectory, slot: Slot): string {
  return join(scratchOf(state, slot), PACKAGES_FOLDER);
}

/** Gives the slot an empty scratch folder, for whoever works in it next. */
export async function emptyScratch(state: StateDirectory, slot: Slot): Promise<void> {
  const scratch = scratchOf(state, slot);
  await emptyDirectory(scratch);
  await Promise.all(["tmp", CACHES_FOLDER, PACKAGES_FOLDER].map((name) => mkdir(join(scratch, name))));
}

/** Copies what `from` holds into the slot's folder for packages. */
export async function fillPackages(state: StateDirectory, slot: Slot, from: string): Promise<void> {
  await copyPaths(from, packagesOf(state, slot), await readdir(from));
}
