import { lstat, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasErrorCode } from "../core/files.ts";
import type { Git, GitOptions } from "./gitProcess.ts";
import { splitNul, withoutFinalNewline } from "./gitProcess.ts";
import { GITLINK_MODE, LINK_MODE, parseRawDiff, type RawChange } from "./rawDiff.ts";
import { freeIndexFile } from "./staleLocks.ts";

export interface SnapshotOptions {
  /** The commit the work tree was made from. */
  readonly base: string;
  /** Index file of ours for this work tree, absolute; kept, it makes the next snapshot cheap. One user at a time. */
  readonly indexFile: string;
  /**
   * The index file holds what the snapshot before left in it: what has not changed since costs nothing, and what was
   * taken once stays taken, though it is ignored by now. A new `.gitignore` that hides itself waits for the next whole one.
   */
  readonly goesOn?: boolean;
}

/**
 * Writes a work tree that an agent may have tampered with as a tree object into `gitDir`, and returns its id.
 *
 * git runs on `gitDir` only. `git add` is avoided on purpose: in a submodule it starts a `git status` that obeys
 * configuration the agent may have planted. What is not a regular file or a symbolic link is not taken; neither is
 * anything inside an untracked nested repository; submodules stay as they are in `base`. Ignore rules hide untracked
 * files only, and never the file that holds them. Throws GitError when a file cannot be read; its message names the file.
 */
export async function snapshotWorkTree(
  git: Git,
  gitDir: string,
  workTree: string,
  { base, goesOn = false, indexFile }: SnapshotOptions,
): Promise<string> {
  await mkdir(dirname(indexFile), { recursive: true });
  await freeIndexFile(indexFile);
  const options: GitOptions = {
    cwd: workTree,
    gitDir,
    workTree,
    isolated: true,
    env: { GIT_INDEX_FILE: indexFile },
    // An index that is gone on with is this process's alone: after a loss of power nobody reads it again.
    config: ["core.bare=false", "core.fsyncMethod=batch", ...(goesOn ? ["core.fsync=all,-index"] : [])],
  };
  if (!goesOn) await readBaseAndRefresh(git, base, indexFile, options);

  const [tracked, untracked, ignored] = await Promise.all([
    git.must(["diff-files", "--raw", "-z", "--no-renames", "--ignore-submodules=all"], options),
    git.must(["ls-files", "-z", "--others", "--exclude-standard"], options),
    goesOn ? "" : git.must(["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"], options),
  ]);
  const changed = parseRawDiff(tracked).filter((change) => change.oldMode !== GITLINK_MODE);
  const { present, gone } = await sortByPresence(workTree, changed, [
    ...splitNul(untracked),
    ...splitNul(ignored).filter(isIgnoreFile),
  ]);
  await removeEntries(git, gone, base, options);
  await addEntries(git, present, options);

  const kept = new Set(present);
  const modified = changed.filter((change) => change.kind === "modified" && kept.has(change.path));
  await takeBackConversions(git, workTree, modified, base, dirname(indexFile), options);
  // What is not new was looked for when the index was begun.
  const missingOk = goesOn ? ["--missing-ok"] : [];
  return withoutFinalNewline(await git.must(["write-tree", ...missingOk], options));
}

/**
 * A `.gitignore` of `*` hides itself with everything an agent wrote beside it, so it is looked for among what is ignored,
 * except in directories that are ignored as a whole (they are listed as one), such as installed packages.
 */
function isIgnoreFile(path: string): boolean {
  return path === ".gitignore" || path.endsWith("/.gitignore");
}

async function readBaseAndRefresh(git: Git, base: string, indexFile: string, options: GitOptions): Promise<void> {
  await readBase(git, base, indexFile, options);
  // Exit status 1 says that some entries differ, which is what is asked next.
  await git.test(["update-index", "-q", "--refresh", "--ignore-submodules"], options);
}

/** Keeps what the index file knows about unchanged files, unless it is unusable. */
async function readBase(git: Git, base: string, indexFile: string, options: GitOptions): Promise<void> {
  const first = await git.run(["read-tree", "--reset", base], options);
  if (first.ok) return;
  await rm(indexFile, { force: true });
  await git.must(["read-tree", base], options);
}

async function sortByPresence(
  workTree: string,
  changed: readonly RawChange[],
  untracked: readonly string[],
): Promise<{ present: string[]; gone: string[] }> {
  const present: string[] = [];
  const gone: string[] = [];
  for (const change of changed) {
    // A deleted path is not looked up: below a directory replaced by a link, that would lead out of the work tree.
    const there = change.kind !== "deleted" && (await isFileOrLink(join(workTree, change.path)));
    (there ? present : gone).push(change.path);
  }
  for (const path of untracked) {
    // A nested repository is listed as its directory, with a slash at the end.
    if (!path.endsWith("/") && (await isFileOrLink(join(workTree, path)))) present.push(path);
  }
  return { present, gone };
}

async function isFileOrLink(path: string): Promise<boolean> {
  try {
    const status = await lstat(path);
    return status.isFile() || status.isSymbolicLink();
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}

async function removeEntries(git: Git, paths: readonly string[], base: string, options: GitOptions): Promise<void> {
  if (paths.length === 0) return;
  const noObject = "0".repeat(base.length);
  const input = paths.map((path) => `0 ${noObject}\t${path}\0`).join("");
  await git.must(["update-index", "-z", "--index-info"], { ...options, input });
}

async function addEntries(git: Git, paths: readonly string[], options: GitOptions): Promise<void> {
  if (paths.length === 0) return;
  await git.must(["update-index", "--add", "-z", "--stdin"], { ...options, input: `${paths.join("\0")}\0` });
}

/**
 * A file the repository stores against its own attributes (CRLF under `text`, say) counts as modified although the
 * work tree holds exactly what a checkout writes. Such entries go back to what they are in `base`.
 */
async function takeBackConversions(
  git: Git,
  workTree: string,
  modified: readonly RawChange[],
  base: string,
  scratchParent: string,
  options: GitOptions,
): Promise<void> {
  const suspects = await convertedOnTheWayIn(git, modified, options);
  if (suspects.length === 0) return;
  const folder = await mkdtemp(join(scratchParent, "checkout-"));
  try {
    const asCheckedOut = { ...options, env: { GIT_INDEX_FILE: join(folder, "index") } };
    await git.must(["read-tree", base], asCheckedOut);
    const input = suspects.map((change) => `${change.path}\0`).join("");
    await git.must(["checkout-index", `--prefix=${folder}/tree/`, "-z", "--stdin"], { ...asCheckedOut, input });
    const untouched: string[] = [];
    for (const { path, oldMode, oldObject } of suspects) {
      if (!(await sameContent(join(folder, "tree", path), join(workTree, path)))) continue;
      untouched.push(`${oldMode} ${oldObject}\t${path}\0`);
    }
    await git.must(["update-index", "-z", "--index-info"], { ...options, input: untouched.join("") });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the modified regular files those whose stored form differs from the file itself. */
async function convertedOnTheWayIn(
  git: Git,
  modified: readonly RawChange[],
  options: GitOptions,
): Promise<readonly RawChange[]> {
  const files = modified.filter(
    // `hash-object` takes a path a line, and unquotes those that start with a quote.
    (change) => change.newMode === change.oldMode && change.newMode !== LINK_MODE && !/^"|\n/.test(change.path),
  );
  if (files.length === 0) return [];
  const input = files.map((change) => `${change.path}\n`).join("");
  const [verbatim, converted] = await Promise.all([
    git.must(["hash-object", "--no-filters", "--stdin-paths"], { ...options, input }),
    git.must(["hash-object", "--stdin-paths"], { ...options, input }),
  ]);
  const verbatimIds = verbatim.split("\n");
  const convertedIds = converted.split("\n");
  return files.filter((_, index) => verbatimIds[index] !== convertedIds[index]);
}

async function sameContent(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([readFile(one), readFile(other)]);
  return first.equals(second);
}
