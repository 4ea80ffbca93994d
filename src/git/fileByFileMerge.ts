import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Git, type GitOptions, withoutFinalNewline } from "./gitProcess.ts";
import { ABSENT_MODE, parseRawDiff, type RawChange } from "./rawDiff.ts";

/** Three commits or trees: what both sides began with, and the sides. */
export interface MergeSides {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** What a path holds after the merge, as git writes it: a mode of zeros where it holds nothing. */
interface Entry {
  readonly mode: string;
  readonly object: string;
}

/**
 * Merges each path by itself: no file is taken for another that was renamed. git's own merge cannot be told so before
 * 2.50, and where one side moved a folder it finds conflicts that are none. @returns the tree; undefined: a path
 * conflicts
 */
export async function mergeFileByFile(git: Git, options: GitOptions, sides: MergeSides): Promise<string | undefined> {
  const [ours, theirs] = await Promise.all([
    changesFrom(git, options, sides.base, sides.ours),
    changesFrom(git, options, sides.base, sides.theirs),
  ]);
  if (oneIsFileWhereOtherIsFolder(ours, theirs)) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "mac-merge-"));
  try {
    const merged = new Map<string, Entry>();
    for (const [path, change] of theirs) {
      const own = ours.get(path);
      const entry = own === undefined ? newSide(change) : await mergeEntry(git, options, folder, own, change);
      if (entry === undefined) return undefined;
      merged.set(path, entry);
    }
    return await writeMerged(git, { ...options, env: { GIT_INDEX_FILE: join(folder, "index") } }, sides.ours, merged);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function changesFrom(
  git: Git,
  options: GitOptions,
  base: string,
  side: string,
): Promise<ReadonlyMap<string, RawChange>> {
  const output = await git.must(["diff-tree", "-r", "-z", "--raw", "--no-renames", base, side], options);
  return new Map(parseRawDiff(output).map((change) => [change.path, change]));
}

/** One side has a new file `a` where the other has a new `a/b`. */
function oneIsFileWhereOtherIsFolder(
  ours: ReadonlyMap<string, RawChange>,
  theirs: ReadonlyMap<string, RawChange>,
): boolean {
  return liesBelow(ours, theirs) || liesBelow(theirs, ours);
}

function liesBelow(paths: ReadonlyMap<string, RawChange>, files: ReadonlyMap<string, RawChange>): boolean {
  return [...paths.values()].some(({ kind, path }) => {
    if (kind !== "added") return false;
    const folders = path.split("/").slice(0, -1);
    return folders.some((_, depth) => files.get(folders.slice(0, depth + 1).join("/"))?.kind === "added");
  });
}

function newSide({ newMode, newObject }: RawChange): Entry {
  return { mode: newMode, object: newObject };
}

/** A path that both sides changed; undefined: in ways that do not go together. */
async function mergeEntry(
  git: Git,
  options: GitOptions,
  folder: string,
  ours: RawChange,
  theirs: RawChange,
): Promise<Entry | undefined> {
  if (ours.newMode === theirs.newMode && ours.newObject === theirs.newObject) return newSide(ours);
  const areFiles = [ours.oldMode, ours.newMode, theirs.newMode].every((mode) => mode.startsWith("100"));
  if (ours.kind !== "modified" || theirs.kind !== "modified" || !areFiles) return undefined;
  const mode = ours.newMode === ours.oldMode ? theirs.newMode : ours.newMode;
  if (theirs.newObject === theirs.oldObject) return { mode, object: ours.newObject };
  if (ours.newObject === ours.oldObject) return { mode, object: theirs.newObject };
  const object = await mergeContent(git, { ...options, cwd: folder }, ours, theirs);
  return object === undefined ? undefined : { mode, object };
}

/** The largest exit status with which `git merge-file` counts conflicts; above it, it could not merge at all. */
const MOST_CONFLICTS = 255;

async function mergeContent(
  git: Git,
  options: GitOptions,
  ours: RawChange,
  theirs: RawChange,
): Promise<string | undefined> {
  const unpack = async (object: string) => withoutFinalNewline(await git.must(["unpack-file", object], options));
  const files = [await unpack(ours.newObject), await unpack(ours.oldObject), await unpack(theirs.newObject)];
  const statuses = Array.from({ length: MOST_CONFLICTS + 1 }, (_, status) => status);
  const merged = await git.runAccepting(statuses, ["merge-file", "--quiet", ...files], options);
  if (!merged.ok || merged.value.exitCode !== 0) return undefined;
  const [result = ""] = files;
  return withoutFinalNewline(await git.must(["hash-object", "-w", "--no-filters", "--", result], options));
}

/** The tree of `ours` with the merged paths in it. */
async function writeMerged(
  git: Git,
  options: GitOptions,
  ours: string,
  merged: ReadonlyMap<string, Entry>,
): Promise<string> {
  await git.must(["read-tree", ours], options);
  const lines = [...merged].map(([path, { mode, object }]) => `${mode} ${object}\t${path}\0`);
  // A file has to go before something can come below it.
  const removed = lines.filter((line) => line.startsWith(ABSENT_MODE));
  const written = lines.filter((line) => !line.startsWith(ABSENT_MODE));
  await git.must(["update-index", "-z", "--index-info"], { ...options, input: [...removed, ...written].join("") });
  return withoutFinalNewline(await git.must(["write-tree"], options));
}
