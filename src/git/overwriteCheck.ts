import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode } from "../core/files.ts";
import type { Git } from "./gitProcess.ts";
import { splitNul } from "./gitProcess.ts";
import { parseStatus, STATUS_ARGUMENTS } from "./porcelainStatus.ts";
import type { RawChange } from "./rawDiff.ts";

/**
 * The first of the user's own states that moving the work tree by `changes` would touch, in words, or undefined when
 * nothing stands in the way. Ignored files count as much as untracked ones; paths that do not change do not count.
 */
export async function findObstacle(git: Git, root: string, changes: readonly RawChange[]): Promise<string | undefined> {
  const paths = new Set(changes.map((change) => change.path));
  return (
    (await findDirty(git, root, paths)) ??
    (await findHidden(git, root, paths)) ??
    (await findOverwritten(root, changes))
  );
}

async function findDirty(git: Git, root: string, paths: ReadonlySet<string>): Promise<string | undefined> {
  const status = parseStatus(await git.must([...STATUS_ARGUMENTS, "--untracked-files=no"], { cwd: root }));
  if (status.some((entry) => entry.kind === "unmerged")) return "there are unmerged files";
  const dirty = status.find((entry) => paths.has(entry.path));
  return dirty === undefined ? undefined : `${dirty.path} has changes that are not committed`;
}

/** Files git was told not to look at (assume-unchanged, skip-worktree) may hold changes that `status` hides. */
async function findHidden(git: Git, root: string, paths: ReadonlySet<string>): Promise<string | undefined> {
  const output = await git.must(["ls-files", "-v", "-z"], { cwd: root });
  for (const line of splitNul(output)) {
    const [tag, path] = [line.charAt(0), line.slice(2)];
    if (!paths.has(path)) continue;
    if (tag !== tag.toUpperCase()) return `${path} is marked assume-unchanged`;
    // In a sparse checkout it is simply not there.
    if (tag === "S" && (await kindAt(join(root, path))) !== "nothing") return `${path} is marked skip-worktree`;
  }
  return undefined;
}

async function findOverwritten(root: string, changes: readonly RawChange[]): Promise<string | undefined> {
  const deleted = new Set(changes.flatMap((change) => (change.kind === "deleted" ? [change.path] : [])));
  for (const { path, kind } of changes) {
    if (kind !== "added") continue;
    const obstacle = await whatStandsAt(root, path, deleted);
    if (obstacle !== undefined) return `${obstacle} is there and not committed`;
  }
  return undefined;
}

/** The path, a parent of it that is no directory, or a file below it, whichever exists and is not to be deleted. */
async function whatStandsAt(root: string, path: string, deleted: ReadonlySet<string>): Promise<string | undefined> {
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth++) {
    const parent = parts.slice(0, depth).join("/");
    const kind = await kindAt(join(root, parent));
    if (kind === "nothing") return undefined;
    if (kind === "other") return deleted.has(parent) ? undefined : parent;
  }
  const kind = await kindAt(join(root, path));
  if (kind === "nothing") return undefined;
  if (kind === "other") return path;
  return firstFileBelow(root, path, deleted);
}

async function firstFileBelow(root: string, folder: string, deleted: ReadonlySet<string>): Promise<string | undefined> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  if (entries.length === 0) return undefined;
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    const found = entry.isDirectory()
      ? await firstFileBelow(root, path, deleted)
      : deleted.has(path)
        ? undefined
        : path;
    if (found !== undefined) return found;
  }
  return undefined;
}

async function kindAt(path: string): Promise<"nothing" | "directory" | "other"> {
  try {
    return (await lstat(path)).isDirectory() ? "directory" : "other";
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return "nothing";
    throw error;
  }
}
