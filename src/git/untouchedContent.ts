import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "./emptyDirectory.ts";

/** What identifies an entry and its last change, by path below the directory; a link itself, not what it leads to. */
export type Inventory = ReadonlyMap<string, EntryState>;

interface EntryState {
  readonly inode: bigint;
  /** When content, mode, owner, links, attributes or (of a directory) entries last changed: no program can set it. */
  readonly changedAt: bigint;
}

/** Lists every entry below `directory` as it is now. */
export async function takeInventory(directory: string): Promise<Inventory> {
  const inventory = new Map<string, EntryState>();
  await visit(directory, "", async (path, state) => {
    inventory.set(path, state);
    return true;
  });
  return inventory;
}

/**
 * Removes from `directory` every entry that is not the one of the inventory or was changed since, a changed directory
 * with all that is in it. The directory itself stays.
 *
 * An entry that changed at `sealedAt` (nanoseconds since the epoch on the file system's clock, taken before the
 * inventory) or later is removed in any case: the clock ticks every few milliseconds, so a change within the tick of
 * the last one would not show.
 */
export async function removeTouched(directory: string, inventory: Inventory, sealedAt: bigint): Promise<void> {
  await visit(directory, "", async (path, state) => {
    const known = inventory.get(path);
    const untouched =
      known !== undefined &&
      known.inode === state.inode &&
      known.changedAt === state.changedAt &&
      state.changedAt < sealedAt;
    if (!untouched) await removeTree(join(directory, path));
    return untouched;
  });
}

/** Calls `look` for every entry, and goes into the directories for which it says so. */
async function visit(
  root: string,
  below: string,
  look: (path: string, state: EntryState) => Promise<boolean>,
): Promise<void> {
  const names = await readdir(join(root, below));
  const inside = await Promise.all(
    names.map(async (name) => {
      const path = join(below, name);
      const status = await lstat(join(root, path), { bigint: true });
      const wanted = await look(path, { inode: status.ino, changedAt: status.ctimeNs });
      return wanted && status.isDirectory() ? [path] : [];
    }),
  );
  for (const path of inside.flat()) await visit(root, path, look);
}
