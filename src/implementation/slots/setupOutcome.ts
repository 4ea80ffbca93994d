import { readdir, realpath } from "node:fs/promises";
import { failure, type Result, success } from "../../core/result.ts";
import type { StateDirectory } from "../../core/stateDirectory.ts";
import type { Slot } from "../../git/slot.ts";
import { findBoundToPlace } from "./boundToPlace.ts";
import type { CopiedFile } from "./copiedFiles.ts";
import type { SetupOutcome } from "./setupImages.ts";
import { isDependency } from "./setupInputs.ts";
import { packagesOf, scratchOf } from "./slotScratch.ts";

/**
 * What `setup` has just left in a slot. The failure says why it cannot serve others, as half a sentence for a person, or is
 * empty: it left nothing that could be copied, so what it does is elsewhere.
 */
export async function readSetupOutcome(
  slot: Slot,
  state: StateDirectory,
  copied: readonly CopiedFile[],
): Promise<Result<SetupOutcome, string>> {
  const { added, changed } = await slot.difference();
  if (changed[0] !== undefined) return failure(`it changes ${changed[0]}, which is committed`);
  const packages = packagesOf(state, slot);
  const installed = await readdir(packages);
  const roots = added.filter((path) => !copied.some((file) => file.path === path));
  if (roots.length === 0 && installed.length === 0) return failure("");

  const places = [slot.directory, scratchOf(state, slot)];
  const both = [...new Set([...places, ...(await Promise.all(places.map((place) => realpath(place))))])];
  const bound =
    (await findBoundToPlace(slot.directory, roots, both)) ?? (await findBoundToPlace(packages, installed, both));
  if (bound !== undefined) return failure(`${bound} names the folder it was made in`);
  return success({ workTree: slot.directory, roots, packages, dependenciesOnly: roots.every(isDependency) });
}
