import { lstat, rm } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode } from "../core/files.ts";
import type { Git, GitOptions } from "./gitProcess.ts";
import { splitNul, withoutFinalNewline } from "./gitProcess.ts";
import { operationInProgress } from "./operationInProgress.ts";
import { findObstacle } from "./overwriteCheck.ts";
import { parseRawDiff, type RawChange } from "./rawDiff.ts";
import { swapRef } from "./refs.ts";
import { describeLock } from "./staleLocks.ts";
import { currentBranch, type UserRepository } from "./userRepository.ts";

export type FastForwardOutcome =
  | { readonly kind: "moved" }
  /** Nothing of the user's was touched. `reason` is a clause; `command` is the one line that merges. */
  | { readonly kind: "left"; readonly reason: string; readonly command: string };

export interface FastForwardOptions {
  /** A commit whose objects are in the user's repository: the head of the track's branch. */
  readonly to: string;
  /** The name the command to show calls that commit by, such as `mac/my-feature`. */
  readonly trackBranch: string;
}

/**
 * Moves the user's branch, index and work tree to `to`, if the branch is where it was when the command started and no
 * path that changes is dirty, staged, hidden from git, or would be overwritten. All else in the index and the work
 * tree stays as it is. No hook runs; neither ORIG_HEAD nor a stash is made. One reflog entry is written.
 */
export async function fastForwardUserBranch(
  git: Git,
  user: UserRepository,
  options: FastForwardOptions,
): Promise<FastForwardOutcome> {
  const command = `git merge ${options.trackBranch}`;
  const reason = (await whyNotToMove(git, user, options.to)) ?? (await moveAll(git, user, options.to));
  return reason === undefined ? { kind: "moved" } : { kind: "left", reason, command };
}

async function whyNotToMove(git: Git, user: UserRepository, to: string): Promise<string | undefined> {
  if (user.branch === undefined) return "HEAD is detached";
  const [operation, branch, head] = await Promise.all([
    operationInProgress(user.gitDir),
    currentBranch(git, user.root),
    git.run(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"], { cwd: user.root }),
  ]);
  if (operation !== undefined) return `a ${operation} is in progress`;
  if (branch !== user.branch) return `${user.branch} is no longer checked out`;
  if (!head.ok || withoutFinalNewline(head.value) !== user.head) return `${user.branch} has moved`;
  const forward = await git.test(["merge-base", "--is-ancestor", user.head, to], { cwd: user.root });
  return forward ? undefined : `${user.branch} is not part of it`;
}

/** Returns why it did not happen. */
async function moveAll(git: Git, user: UserRepository, to: string): Promise<string | undefined> {
  if (to === user.head) return undefined;
  const changes = await changesBetween(git, user, to);
  // A process that was killed between the two steps has left the second one to be done.
  if (await isCheckedOut(git, user, to, changes)) return moveBranch(git, user, to);
  return (await findObstacle(git, user.root, changes)) ?? (await move(git, user, to));
}

/** True if all that changes is in index and work tree already as it is in `to`. */
async function isCheckedOut(
  git: Git,
  { root }: UserRepository,
  to: string,
  changes: readonly RawChange[],
): Promise<boolean> {
  const [staged, written] = await Promise.all([
    git.must(["diff-index", "--cached", "--name-only", "-z", "--no-renames", to], { cwd: root }),
    git.must(["diff-files", "--name-only", "-z"], { cwd: root }),
  ]);
  const differing = new Set([...splitNul(staged), ...splitNul(written)]);
  if (changes.some(({ path }) => differing.has(path))) return false;
  const deleted = changes.filter(({ kind }) => kind === "deleted");
  return (await Promise.all(deleted.map(({ path }) => isThere(join(root, path))))).every((there) => !there);
}

/** Returns why it did not happen, in which case everything is as before. */
async function move(git: Git, user: UserRepository, to: string): Promise<string | undefined> {
  const options: GitOptions = { cwd: user.root };
  const checkout = await git.run(["read-tree", "-m", "-u", user.head, to], options);
  if (!checkout.ok) {
    const undone = await undoCheckout(git, user, await changesBetween(git, user, to));
    return `the files could not be written (${describeLock(checkout.failure).split("\n")[0]})${undone}`;
  }
  return moveBranch(git, user, to);
}

async function moveBranch(git: Git, user: UserRepository, to: string): Promise<string | undefined> {
  const options: GitOptions = { cwd: user.root };
  const swap = { name: `refs/heads/${user.branch}`, next: to, expected: user.head };
  const moved = await swapRef(git, options, { ...swap, reflogMessage: "multi-agent-coder: fast-forward" });
  if (moved.ok) return undefined;
  // Someone moved the branch in these milliseconds: the files go back to what it was checked out at.
  const back = await git.run(["read-tree", "-m", "-u", to, user.head], options);
  const mend = `; its files are at ${to} now: \`git restore --source=HEAD --staged --worktree .\` takes them back`;
  const why = moved.failure.reason === "git" ? ` (${describeLock(moved.failure.failure).split("\n")[0]})` : "";
  return `${user.branch} could not be moved${why}${back.ok ? "" : mend}`;
}

/**
 * git writes the index after the files, so a checkout that broke off left the old index, and files that were all as
 * committed, or absent, a moment ago. Returns what to add to the reason: nothing when all is as before.
 */
async function undoCheckout(git: Git, user: UserRepository, changes: readonly RawChange[]): Promise<string> {
  const options: GitOptions = { cwd: user.root };
  for (const { kind, path } of changes) {
    if (kind === "added") await rm(join(user.root, path), { force: true }).catch(() => undefined);
  }
  const input = changes.flatMap(({ kind, path }) => (kind === "added" ? [] : [`${path}\0`])).join("");
  const restored = await git.run(["checkout-index", "--force", "-z", "--stdin"], { ...options, input });
  if (restored.ok && (await findObstacle(git, user.root, changes)) === undefined) return "";
  return "; some files are half way: `git status` shows them, `git restore <path>` takes one back";
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => !hasErrorCode(error, "ENOENT", "ENOTDIR"),
  );
}

async function changesBetween(git: Git, user: UserRepository, to: string): Promise<RawChange[]> {
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", user.head, to];
  return parseRawDiff(await git.must(args, { cwd: user.root }));
}
