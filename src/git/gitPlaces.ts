import { lstat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { readTextIfExists } from "../core/files.ts";
import type { UserRepository } from "./userRepository.ts";

/** What of the user's git directories a command in a slot may read: objects, and nothing else. */
export interface GitPlaces {
  readonly hidden: readonly string[];
  readonly readable: readonly string[];
}

/** Git itself follows alternates no further. */
const DEEPEST_ALTERNATE = 5;

/**
 * Hidden are the directories of this repository and of those it lies in: a linked worktree's or a submodule's is inside
 * another's `.git`. Readable are its objects, and those it borrows from other repositories.
 */
export async function gitPlaces(user: UserRepository): Promise<GitPlaces> {
  const around = [...foldersAbove(user.commonDir), ...foldersAbove(user.gitDir)].filter(
    (folder) => basename(folder) === ".git",
  );
  const above = await Promise.all(foldersAbove(user.root).map((folder) => gitDirectoryIn(folder)));
  return {
    hidden: [...new Set([...around, ...above.flat(), user.commonDir, user.gitDir])],
    readable: [...(await objectDirectories(user.objectsDirectory))],
  };
}

async function gitDirectoryIn(folder: string): Promise<readonly string[]> {
  const path = join(folder, ".git");
  const status = await lstat(path).catch(() => undefined);
  return status?.isDirectory() ? [path] : [];
}

function foldersAbove(path: string): readonly string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}

async function objectDirectories(first: string): Promise<ReadonlySet<string>> {
  const found = new Set([first]);
  let level = [first];
  for (let depth = 0; depth < DEEPEST_ALTERNATE && level.length > 0; depth++) {
    const next = (await Promise.all(level.map(alternatesOf))).flat().filter((path) => !found.has(path));
    for (const path of next) found.add(path);
    level = next;
  }
  return found;
}

/** Relative lines are relative to the object directory, see gitrepository-layout(5). */
async function alternatesOf(objects: string): Promise<string[]> {
  const text = (await readTextIfExists(join(objects, "info", "alternates"))) ?? "";
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => (line.startsWith('"') ? line.slice(1, -1).replace(/\\(.)/g, "$1") : line))
    .map((path) => (isAbsolute(path) ? path : join(objects, path)));
}
