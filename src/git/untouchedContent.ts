import { type BigIntStats, chmodSync, constants, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { removeTree } from "./emptyDirectory.ts";
import { isPlaced } from "./placedContent.ts";

/**
 * What identifies an entry and its last change, by path below the directory (`/` between names); a link itself, not what
 * it leads to.
 */
export type Inventory = Map<string, EntryState>;

interface EntryState {
  readonly inode: bigint;
  /** When content, mode, owner, links, attributes or (of a directory) entries last changed: no program can set it. */
  readonly changedAt: bigint;
  /** Type and permissions. */
  readonly mode: number;
}

/** About half a millisecond: others wait no longer for their turn, and asking for turns takes no time itself. */
const ENTRIES_A_TURN = 100;

/** Lists every entry below `directory` as it is now. */
export async function takeInventory(directory: string): Promise<Inventory> {
  const inventory: Inventory = new Map();
  await visit(directory, (path, state) => {
    if (state !== undefined) inventory.set(path, state);
    return true;
  });
  return inventory;
}

/** Brings `inventory` up to date where `paths` are, and the folders they are in; the others are not looked at. */
export function lookAgain(directory: string, inventory: Inventory, paths: Iterable<string>): void {
  const isFolder = new Map<string, boolean>([["", true]]);
  const look = (path: string): boolean => {
    const known = isFolder.get(path);
    if (known !== undefined) return known;
    // From the top down: below what is a link now, another place would be looked at.
    const isThere = look(folderOf(path));
    const status = isThere ? lstatSync(`${directory}/${path}`, { bigint: true, throwIfNoEntry: false }) : undefined;
    if (status === undefined) inventory.delete(path);
    else inventory.set(path, stateOf(status));
    isFolder.set(path, status?.isDirectory() ?? false);
    return status?.isDirectory() ?? false;
  };
  for (const path of paths) look(path);
}

/** When the last change of any entry was: nanoseconds since the epoch on the file system's clock. */
export function lastChange(inventory: Inventory): bigint {
  let last = 0n;
  for (const { changedAt } of inventory.values()) if (changedAt > last) last = changedAt;
  return last;
}

/**
 * Removes from `directory` every entry that is not the one of the inventory or was changed since, a changed directory
 * with all that is in it. The directory itself stays. @returns the part of the inventory that is left; undefined: there
 * is something in the directory itself whose name is no text, so that nothing was removed for certain
 *
 * An entry that changed at `sealedAt` (nanoseconds since the epoch on the file system's clock, taken before the
 * inventory) or later is removed in any case: the clock ticks every few milliseconds, so a change within the tick of
 * the last one would not show.
 *
 * Of what lies in `placed`, a changed directory stays, with the permissions it had: tools leave caches in installed
 * packages, which are thousands of files.
 */
export async function removeTouched(
  directory: string,
  inventory: Inventory,
  sealedAt: bigint,
  placed: ReadonlySet<string> = new Set(),
): Promise<Inventory | undefined> {
  const left: Inventory = new Map();
  const touched: string[] = [];
  const unreadable = new Set<string>();
  await visit(directory, (path, state) => {
    if (state === undefined) {
      unreadable.add(folderOf(path));
      return false;
    }
    const known = inventory.get(path);
    const isSame = known !== undefined && known.inode === state.inode;
    const untouched = isSame && known.changedAt === state.changedAt && state.changedAt < sealedAt;
    const stays = untouched || (isSame && isFolder(known) && isFolder(state) && isPlaced(placed, path));
    if (stays) left.set(path, known);
    else touched.push(path);
    if (stays && known.mode !== state.mode) chmodSync(join(directory, path), known.mode & ~constants.S_IFMT);
    return stays;
  });
  if (unreadable.has("")) return undefined;
  for (const path of [...touched, ...unreadable]) await removeTree(join(directory, path));
  for (const folder of unreadable) {
    for (const path of left.keys()) if (path === folder || path.startsWith(`${folder}/`)) left.delete(path);
  }
  return left;
}

/**
 * Calls `look` for every entry, and goes into the directories for which it says so. Entries are asked for without giving
 * way in between, which takes a third of the time; every so many, others get their turn. An entry that cannot be asked
 * for by its name has no state.
 */
async function visit(root: string, look: (path: string, state: EntryState | undefined) => boolean): Promise<void> {
  let untilTurn = ENTRIES_A_TURN;
  const directories = [""];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    // Put together by hand: for so many paths `join` takes as long as the file system.
    const prefix = directory === "" ? "" : `${directory}/`;
    for (const name of readdirSync(`${root}/${directory}`)) {
      const path = prefix + name;
      const status = lstatSync(`${root}/${path}`, { bigint: true, throwIfNoEntry: false });
      const wanted = look(path, status && stateOf(status));
      if (wanted && status?.isDirectory()) directories.push(path);
      untilTurn -= 1;
      if (untilTurn > 0) continue;
      await setImmediate();
      untilTurn = ENTRIES_A_TURN;
    }
  }
}

/** Of a path below the directory: "" is the directory itself. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function stateOf({ ctimeNs, ino, mode }: BigIntStats): EntryState {
  return { inode: ino, changedAt: ctimeNs, mode: Number(mode) };
}

function isFolder({ mode }: EntryState): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFDIR;
}
