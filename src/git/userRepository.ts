import { realpath } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { readTextIfExists } from "../core/files.ts";
import { Refusal } from "../core/refusal.ts";
import type { GitFailure } from "./gitFailure.ts";
import { GitError } from "./gitFailure.ts";
import type { Git } from "./gitProcess.ts";
import { splitNul, withoutFinalNewline } from "./gitProcess.ts";
import { uncommittedIgnoreRules } from "./ignoreRules.ts";

const FILTER_ATTRIBUTE = /\sfilter=/;

/** Who a commit is by. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** The user's repository as it was when the command started. All paths are absolute. */
export interface UserRepository {
  /** Top of the work tree the user is in; with linked worktrees, of that one. */
  readonly root: string;
  /** Of this work tree; equals `commonDir` except in a linked worktree. */
  readonly gitDir: string;
  /** Shared by all worktrees of the repository; a real path. */
  readonly commonDir: string;
  readonly objectsDirectory: string;
  readonly objectFormat: "sha1" | "sha256";
  /** The current branch without `refs/heads/`; undefined with a detached HEAD. */
  readonly branch: string | undefined;
  /** The commit HEAD is at. */
  readonly head: string;
  readonly identity: Identity;
  /**
   * Some files are stored through a filter such as LFS. Slots hold them as they are stored (LFS: the pointer), so
   * they survive untouched; `Change.filter` marks one that a task changed, which would land unfiltered.
   */
  readonly filters: boolean;
  /** Ignore rules that no commit holds, as the text of an exclude file. */
  readonly ignoreRules: string;
}

/** Where a repository is: what can be told of one that nothing can be done in yet. */
export type RepositoryLocation = Pick<UserRepository, "root" | "commonDir">;

/** Finds the repository `directory` is in, and asks no more of it. Throws Refusal, in one line, where there is none. */
export async function locateRepository(git: Git, directory: string): Promise<RepositoryLocation> {
  const root = await findWorkTree(git, directory);
  const commonDir = withoutFinalNewline(await git.must(["rev-parse", "--git-common-dir"], { cwd: root }));
  return { root, commonDir: await realpath(absolute(root, commonDir)) };
}

/**
 * Finds the repository `directory` is in and reads what the rest of this folder needs. Throws Refusal, in one line,
 * for what cannot be worked with: no repository, a bare one, no commit yet, files missing from a partial clone, no
 * identity to commit with.
 */
export async function inspectRepository(git: Git, directory: string): Promise<UserRepository> {
  const root = await findWorkTree(git, directory);
  const ask = async (...args: string[]) => withoutFinalNewline(await git.must(["rev-parse", ...args], { cwd: root }));

  const [gitDir, commonDir, objects, objectFormat, head, branch] = await Promise.all([
    ask("--absolute-git-dir").then((path) => realpath(path)),
    ask("--git-common-dir").then((path) => realpath(absolute(root, path))),
    ask("--git-path", "objects").then((path) => realpath(absolute(root, path))),
    ask("--show-object-format"),
    headCommit(git, root),
    currentBranch(git, root),
  ]);
  const [identity, filters, ignoreRules] = await Promise.all([
    readIdentity(git, root),
    usesFilters(git, root, commonDir, head),
    uncommittedIgnoreRules(git, root, commonDir),
    refuseMissingFiles(git, root, head),
  ]);

  return {
    root,
    gitDir,
    commonDir,
    objectsDirectory: objects,
    objectFormat: objectFormat === "sha256" ? "sha256" : "sha1",
    branch,
    head,
    identity,
    filters,
    ignoreRules,
  };
}

/** The branch HEAD is on without `refs/heads/`, or undefined when it is detached. */
export async function currentBranch(git: Git, root: string): Promise<string | undefined> {
  const name = await git.run(["symbolic-ref", "--quiet", "HEAD"], { cwd: root });
  return name.ok ? withoutFinalNewline(name.value).replace(/^refs\/heads\//, "") : undefined;
}

async function findWorkTree(git: Git, directory: string): Promise<string> {
  const top = await git.run(["rev-parse", "--show-toplevel"], { cwd: directory });
  if (top.ok) return withoutFinalNewline(top.value);
  const gitDir = await git.run(["rev-parse", "--absolute-git-dir"], { cwd: directory });
  if (gitDir.ok) {
    throw new Refusal(`${directory} is in a git repository without files (bare, or inside .git): run this in a clone.`);
  }
  throw noRepository(directory, gitDir.failure);
}

function noRepository(directory: string, failure: GitFailure): Error {
  switch (failure.reason) {
    case "not-a-repository":
      return new Refusal(`${directory} is not in a git repository: run this in one, or make one with \`git init\`.`);
    case "unsafe-ownership":
      return new Refusal(
        `${directory} belongs to another user, so git does not trust it: \`git config --global --add safe.directory '${directory}'\`.`,
      );
    case "no-such-directory":
      return new Refusal(`There is no directory ${directory}.`);
    default:
      return new GitError(failure);
  }
}

async function headCommit(git: Git, root: string): Promise<string> {
  const head = await git.run(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"], { cwd: root });
  if (head.ok) return withoutFinalNewline(head.value);
  throw new Refusal(`${root} has no commit yet: make the first one with \`git commit\`, then run this again.`);
}

async function readSetting(git: Git, root: string, ...args: string[]): Promise<string | undefined> {
  const value = await git.run(["config", ...args], { cwd: root });
  return value.ok ? withoutFinalNewline(value.value) : undefined;
}

/** The environment goes before `author.*`, that before `user.*`, as for `git commit`. What git would guess is not taken. */
async function readIdentity(git: Git, root: string): Promise<Identity> {
  const read = async (key: "name" | "email") =>
    git.authorOfEnvironment[key] ||
    (await readSetting(git, root, "--get", `author.${key}`)) ||
    (await readSetting(git, root, "--get", `user.${key}`));
  const [name, email] = await Promise.all([read("name"), read("email")]);
  if (name && email) return { name, email };
  throw new Refusal(
    'git does not know who you are, so nothing can be committed: `git config --global user.name "Your Name" && git config --global user.email you@example.com`.',
  );
}

/** True if any .gitattributes of the commit, or the repository's own attributes, put files through a filter. */
async function usesFilters(git: Git, root: string, commonDir: string, head: string): Promise<boolean> {
  const own = await readTextIfExists(join(commonDir, "info", "attributes"));
  if (own !== undefined && FILTER_ATTRIBUTE.test(own)) return true;
  const tree = await git.must(["ls-tree", "-r", "-z", "--full-tree", "--format=%(objectname) %(path)", head], {
    cwd: root,
  });
  const attributes = splitNul(tree).flatMap((line) => {
    const space = line.indexOf(" ");
    return /(^|\/)\.gitattributes$/.test(line.slice(space + 1)) ? [line.slice(0, space)] : [];
  });
  if (attributes.length === 0) return false;
  const texts = await git.must(["cat-file", "--batch"], { cwd: root, input: `${attributes.join("\n")}\n` });
  return FILTER_ATTRIBUTE.test(texts);
}

/**
 * A partial clone is fine when every file of HEAD is here, which a checkout brings about: the history that may be
 * missing is never read. With files missing every slot would need the server and the user's credentials for it.
 */
async function refuseMissingFiles(git: Git, root: string, head: string): Promise<void> {
  const promisor = await readSetting(git, root, "--get-regexp", "^(extensions\\.partialclone|remote\\..*\\.promisor)$");
  if (promisor === undefined) return;
  const objects = await git.must(["rev-list", "--objects", "--no-walk", "--missing=print", head], { cwd: root });
  if (!/^\?/m.test(objects)) return;
  throw new Refusal(
    `${root} is a partial clone that lacks files of HEAD: fetch them with \`git fetch --refetch --no-filter origin\`, then run this again.`,
  );
}

function absolute(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}
