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

/** A folder in which something has a name that is no text, so that it cannot be looked at. */
const UNPROVABLE: EntryState = { inode: -1n, changedAt: 0n, mode: constants.S_IFDIR };
const NO_TEXT = "\u{fffd}";

/** About half a millisecond: others wait no longer for their turn, and asking for turns takes no time itself. */
const ENTRIES_A_TURN = 100;

const NANOSECONDS = 1_000_000_000n;

/** Lists every entry below `directory` as it is now. */
export async function takeInventory(directory: string): Promise<Inventory> {
  const inventory: Inventory = new Map();
  const giveWay = turns();
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    // Put together by hand: for so many paths `join` takes as long as the file system.
    const prefix = folder === "" ? "" : `${folder}/`;
    const names = readdirSync(`${directory}/${folder}`);
    if (folder !== "" && names.some(isNoText)) inventory.set(folder, UNPROVABLE);
    for (const name of names) {
      const status = statusOf(`${directory}/${prefix}${name}`);
      if (status === undefined) continue;
      inventory.set(prefix + name, stateOf(status));
      if (status.isDirectory()) folders.push(prefix + name);
      await giveWay();
    }
  }
  return inventory;
}

/** Brings `inventory` up to date where `paths` are, and the folders they are in; the others are not looked at. */
export function lookAgain(directory: string, inventory: Inventory, paths: Iterable<string>): void {
  const isFolderNow = new Map<string, boolean>([["", true]]);
  const look = (path: string): boolean => {
    const known = isFolderNow.get(path);
    if (known !== undefined) return known;
    // From the top down: below what is a link now, another place would be looked at.
    const status = look(folderOf(path)) ? statusOf(`${directory}/${path}`) : undefined;
    const isDirectory = status?.isDirectory() ?? false;
    if (status === undefined) inventory.delete(path);
    else if (isDirectory && readdirSync(`${directory}/${path}`).some(isNoText)) inventory.set(path, UNPROVABLE);
    else inventory.set(path, stateOf(status));
    isFolderNow.set(path, isDirectory);
    return isDirectory;
  };
  for (const path of paths) look(path);
}

/** When the last change of any entry was: nanoseconds since the epoch on the file system's clock. */
export function lastChange(inventory: Inventory): bigint {
  let last = 0n;
  for (const { changedAt } of inventory.values()) if (changedAt > last) last = changedAt;
  return last;
}

export interface Look {
  /** Nanoseconds since the epoch on the file system's clock, taken before anybody else could change anything. */
  readonly sealedAt: bigint;
  /**
   * Of what lies in these, a changed folder stays, with the permissions it had: tools leave caches in installed packages,
   * which are thousands of files.
   */
  readonly placed: ReadonlySet<string>;
  /** What git says of the files it knows, by size, times (in seconds), inode and mode, so that they need not be asked for. */
  readonly git?: { readonly knows: (path: string) => boolean; readonly changed: ReadonlySet<string> } | undefined;
}

/**
 * Removes from `directory` every entry that is not the one of the inventory or was changed since, a changed folder with
 * all that is in it. The directory itself stays. @returns the part of the inventory that is left; undefined: there is
 * something in the directory itself whose name is no text, and nothing was removed for certain
 *
 * An entry that changed at `sealedAt` or later is removed in any case: the clock ticks every few milliseconds, so a
 * change within the tick of the last one would not show. For the same reason git is asked only about files that
 * changed in an earlier second. A folder that did not change has nothing in it that was not there.
 */
export async function removeTouched(
  directory: string,
  inventory: Inventory,
  look: Look,
): Promise<Inventory | undefined> {
  const { git, placed, sealedAt } = look;
  const names = readdirSync(directory);
  if (names.some(isNoText)) return undefined;
  const sealedSecond = sealedAt / NANOSECONDS;
  const left: Inventory = new Map();
  const touched = names.filter((name) => !inventory.has(name));
  const folders = new Set([""]);
  const giveWay = turns();
  // A folder comes before what is in it.
  for (const [path, known] of inventory) {
    if (!folders.has(folderOf(path))) continue;
    if (!isFolder(known) && known.changedAt / NANOSECONDS < sealedSecond && git?.knows(path)) {
      if (git.changed.has(path)) touched.push(path);
      else left.set(path, known);
      continue;
    }
    await giveWay();
    const status = statusOf(`${directory}/${path}`);
    if (status === undefined) continue;
    const state = stateOf(status);
    const isSame = known.inode === state.inode;
    const untouched = isSame && known.changedAt === state.changedAt && state.changedAt < sealedAt;
    const lasts = !untouched && isSame && isFolder(known) && isFolder(state) && isPlaced(placed, path);
    if (!untouched && !lasts) {
      touched.push(path);
      continue;
    }
    left.set(path, known);
    if (isFolder(known)) folders.add(path);
    if (!lasts) continue;
    if (known.mode !== state.mode) chmodSync(join(directory, path), known.mode & ~constants.S_IFMT);
    const inside = readdirSync(`${directory}/${path}`).map((name) => `${path}/${name}`);
    touched.push(...inside.filter((one) => !inventory.has(one)));
  }
  for (const path of touched) await removeTree(join(directory, path));
  return left;
}

/**
 * Entries are asked for without giving way in between, which takes a third of the time; every so many, others get their
 * turn.
 */
function turns(): () => Promise<void> | undefined {
  let left = ENTRIES_A_TURN;
  return () => {
    left -= 1;
    if (left > 0) return undefined;
    left = ENTRIES_A_TURN;
    return setImmediate();
  };
}

function statusOf(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function stateOf({ ctimeNs, ino, mode }: BigIntStats): EntryState {
  return { inode: ino, changedAt: ctimeNs, mode: Number(mode) };
}

function isFolder({ mode }: EntryState): boolean {
  return (mode & constants.S_IFMT) === constants.S_IFDIR;
}

/** Of a path below the directory: "" is the directory itself. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function isNoText(name: string): boolean {
  return name.includes(NO_TEXT);
}
