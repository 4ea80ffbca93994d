import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { hasErrorCode } from "../core/files.ts";
import type { Git } from "./gitProcess.ts";
import { splitNul } from "./gitProcess.ts";
import { parseStatus, STATUS_ARGUMENTS } from "./porcelainStatus.ts";
import { currentBranch, type UserRepository } from "./userRepository.ts";
import { listWorktrees } from "./worktreeList.ts";

/** By name (a ref, a setting, a path), a digest of what it holds. */
type Digests = ReadonlyMap<string, string>;

/**
 * What the user's repository was like at one moment. Content is held as hashes. Files that git reports as unchanged
 * are proven by that: with HEAD and the staged entries they have only one possible content. Ignored files are not
 * looked at.
 */
export interface Fingerprint {
  readonly head: string;
  readonly branch: string | undefined;
  /** All refs, remote and symbolic ones too. */
  readonly refs: Digests;
  readonly settings: Digests;
  readonly hooks: Digests;
  /** Files in the git directories themselves: FETCH_HEAD, ORIG_HEAD, locks, info/exclude and the like. */
  readonly gitFiles: Digests;
  readonly worktrees: Digests;
  /** Paths whose index entry differs from HEAD. */
  readonly staged: Digests;
  /** Content of paths whose file differs from HEAD or that are untracked and not ignored. */
  readonly files: Digests;
}

export interface AllowedDifferences {
  /** Full names of refs that the run may have made or moved. */
  readonly refs: readonly string[];
  /** The commit the user's branch was moved to. */
  readonly fastForwardedTo?: string | undefined;
  /** Paths, or folders ending in `/`, that the run may write. Default: `tasks/`. */
  readonly paths?: readonly string[] | undefined;
}

/** Above this much, and this many files, content is represented by size and time of change. */
const MAX_HASHED_BYTES = 64 * 1024 * 1024;
const MAX_HASHED_FILES = 5_000;

/** Git's own files that are covered elsewhere in the fingerprint, or that say nothing about what a run did. */
const COVERED_GIT_FILES = new Set(["HEAD", "index", "packed-refs", "config", "config.worktree", "COMMIT_EDITMSG"]);

export async function takeFingerprint(git: Git, user: UserRepository): Promise<Fingerprint> {
  const options = { cwd: user.root };
  const [head, branch, refs, config, worktrees, status, gitFiles] = await Promise.all([
    git.must(["rev-parse", "HEAD"], options),
    currentBranch(git, user.root),
    git.must(["for-each-ref", "--format=%(refname)%00%(objectname) %(symref)"], options),
    git.must(["config", "--list", "--show-scope", "-z"], options),
    listWorktrees(git, user.root),
    git.must([...STATUS_ARGUMENTS, "--untracked-files=all"], options),
    fingerprintGitFiles(user),
  ]);
  const entries = parseStatus(status);
  const settings = readSettings(splitNul(config));
  return {
    head: head.trim(),
    branch,
    refs: new Map(refs.split("\n").flatMap((line) => pair(line.split("\0")))),
    settings: new Map([...settings].map(([key, values]) => [key, digest(values.join("\0"))])),
    hooks: await fingerprintHooks(git, user, settings.get("core.hookspath")?.at(-1)),
    gitFiles,
    worktrees: new Map(worktrees.map((worktree) => [worktree.path, "listed"])),
    staged: new Map(entries.flatMap((entry) => (isStaged(entry.staged) ? [[entry.path, entry.staged]] : []))),
    files: await fingerprintFiles(
      user.root,
      entries.map((entry) => entry.path),
    ),
  };
}

/** What differs beyond what is allowed, each as a clause for the user. Empty: the proof holds. */
export function compareFingerprints(before: Fingerprint, after: Fingerprint, allowed: AllowedDifferences): string[] {
  const { fastForwardedTo } = allowed;
  const refs = new Set(allowed.refs);
  const paths = allowed.paths ?? ["tasks/"];
  const mayChange = (path: string) => paths.some((own) => (own.endsWith("/") ? path.startsWith(own) : path === own));
  const ownRef = (name: string) =>
    refs.has(name) || (fastForwardedTo !== undefined && name === `refs/heads/${before.branch}`);

  const differences: string[] = [];
  if (before.branch !== after.branch) differences.push("another branch is checked out");
  const expectedHead = fastForwardedTo ?? before.head;
  if (after.head !== expectedHead) differences.push(`HEAD is at ${after.head} instead of ${expectedHead}`);
  return [
    ...differences,
    ...describe("ref", before.refs, after.refs, ownRef),
    ...describe("setting", before.settings, after.settings),
    ...describe("hook", before.hooks, after.hooks),
    ...describe("git file", before.gitFiles, after.gitFiles),
    ...describe("worktree", before.worktrees, after.worktrees),
    ...describe("staged change of", before.staged, after.staged, mayChange),
    ...describe("uncommitted file", before.files, after.files, mayChange),
  ];
}

function describe(what: string, before: Digests, after: Digests, skip: (name: string) => boolean = () => false) {
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((name) => !skip(name)).sort();
  return names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    if (old === now) return [];
    if (old === undefined) return [`${what} ${name} is new`];
    return [now === undefined ? `${what} ${name} is gone` : `${what} ${name} changed`];
  });
}

/** `scope NUL key LF value NUL`, repeated. Scope `command` is what we pinned ourselves. */
function readSettings(fields: readonly string[]): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [scope, entry = ""] = fields.slice(index, index + 2);
    if (scope === "command") continue;
    const [key = "", ...value] = entry.split("\n");
    settings.set(key, [...(settings.get(key) ?? []), value.join("\n")]);
  }
  return settings;
}

async function fingerprintHooks(git: Git, user: UserRepository, configured: string | undefined): Promise<Digests> {
  const directories = [join(user.commonDir, "hooks")];
  if (configured !== undefined)
    directories.push(resolve(user.root, configured.replace(/^~(?=\/)/, git.environment.HOME ?? "~")));
  return new Map((await Promise.all(directories.map((directory) => digestDirectory(directory)))).flat());
}

async function fingerprintGitFiles(user: UserRepository): Promise<Digests> {
  const directories = [user.gitDir, user.commonDir, join(user.commonDir, "info"), join(user.objectsDirectory, "info")];
  const digests = await Promise.all([...new Set(directories)].map((directory) => digestDirectory(directory)));
  return new Map(digests.flat());
}

/** The regular files directly in a directory. */
async function digestDirectory(directory: string): Promise<[string, string][]> {
  const names = await readdir(directory).catch(() => []);
  const counted = names.filter((name) => !COVERED_GIT_FILES.has(name));
  const digests = await Promise.all(counted.map((name) => digestFile(join(directory, name), true)));
  return counted.flatMap((name, index) => {
    const value = digests[index];
    return value === undefined || value === "directory" ? [] : [[join(directory, name), value]];
  });
}

async function fingerprintFiles(root: string, paths: readonly string[]): Promise<Digests> {
  const digests = new Map<string, string>();
  let bytes = 0;
  for (const path of paths) {
    const size = await lstat(join(root, path)).then(
      (status) => status.size,
      () => 0,
    );
    bytes += size;
    const hashed = bytes <= MAX_HASHED_BYTES && digests.size < MAX_HASHED_FILES;
    digests.set(path, (await digestFile(join(root, path), hashed)) ?? "absent");
  }
  return digests;
}

/** Mode and content of a file or link, or size and time of change instead of the content; undefined: not there. */
async function digestFile(path: string, hashed: boolean): Promise<string | undefined> {
  try {
    const status = await lstat(path);
    if (status.isDirectory()) return "directory";
    const mode = status.mode.toString(8);
    if (status.isSymbolicLink()) return `${mode} ${await readlink(path)}`;
    if (!status.isFile() || !hashed) return `${mode} ${status.size} ${status.mtimeMs}`;
    return `${mode} ${digest(await readFile(path))}`;
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return undefined;
    if (hasErrorCode(error, "EACCES")) return "unreadable";
    throw error;
  }
}

function isStaged(staged: string): boolean {
  return staged !== "" && !staged.startsWith(".");
}

function pair(fields: readonly string[]): [string, string][] {
  const [name, value] = fields;
  return name && value !== undefined ? [[name, value]] : [];
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
