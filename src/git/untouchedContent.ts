import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
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
  await visit(directory, "", (path, state) => {
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
  const touched: string[] = [];
  await visit(directory, "", (path, state) => {
    const known = inventory.get(path);
    const untouched =
      known !== undefined &&
      known.inode === state.inode &&
      known.changedAt === state.changedAt &&
      state.changedAt < sealedAt;
    if (!untouched) touched.push(path);
    return untouched;
  });
  for (const path of touched) await removeTree(join(directory, path));
}

/**
 * Calls `look` for every entry, and goes into the directories for which it says so. A directory's entries are asked for
 * without giving way in between, which takes a third of the time; between directories others get their turn.
 */
async function visit(root: string, below: string, look: (path: string, state: EntryState) => boolean): Promise<void> {
  const directories = [below];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const name of readdirSync(join(root, directory))) {
      const path = join(directory, name);
      const status = lstatSync(join(root, path), { bigint: true });
      const wanted = look(path, { inode: status.ino, changedAt: status.ctimeNs });
      if (wanted && status.isDirectory()) directories.push(path);
    }
    await setImmediate();
  }
}
