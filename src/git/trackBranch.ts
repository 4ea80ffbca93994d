import { failure, type Result, success } from "../core/result.ts";
import { isOurs } from "./commitTrailers.ts";
import type { ControlRepository } from "./controlRepository.ts";
import { GitError, type GitFailure } from "./gitFailure.ts";
import type { Git } from "./gitProcess.ts";
import { adoptObjects, copyObjects } from "./objectTransfer.ts";
import { type RefFailure, swapRef } from "./refs.ts";
import { describeLock } from "./staleLocks.ts";
import type { UserRepository } from "./userRepository.ts";
import { listWorktrees } from "./worktreeList.ts";

/** What became of the wish for a branch `mac/<track_id>`. */
export type TrackBranchOutcome =
  /** It was not there; it is now at the given commit. */
  | { readonly kind: "created"; readonly head: string }
  /** It was ours and all of it is in the given commit, to which it was moved. */
  | { readonly kind: "advanced"; readonly head: string }
  /** It is ours and holds work that the given commit lacks: the run goes on from `head`. */
  | { readonly kind: "continues"; readonly head: string }
  /** It cannot be used; `message` is one line for the user, with what to do. */
  | {
      readonly kind: "refused";
      readonly reason: "foreign" | "name-taken" | "checked-out" | "locked";
      readonly message: string;
    };

/** Why the branch was not moved. Nothing is lost by it: control.git has the commit. */
export type PublishFailure =
  | RefFailure
  /** The user has checked it out at `path`; moving it would make their files look changed. */
  | { readonly reason: "checked-out"; readonly path: string };

/** The branch in the user's repository, without `refs/heads/`. */
export function trackBranchName(trackId: string): string {
  return `mac/${trackId}`;
}

/** Its counterpart in control.git: the truth about what has landed. */
export function trackRef(trackId: string): string {
  return `refs/mac/tracks/${trackId}`;
}

/** The commit `mac/<track_id>` is at in the user's repository. */
export async function readTrackBranch(git: Git, user: UserRepository, trackId: string): Promise<string | undefined> {
  const args = ["rev-parse", "--quiet", "--verify", `${branchRef(trackId)}^{commit}`];
  const found = await git.run(args, { cwd: user.root });
  return found.ok ? found.value.trim() : undefined;
}

/**
 * Makes `mac/<track_id>` in the user's repository, which from then on keeps the base from being pruned, and its
 * counterpart in control.git. An unfinished or finished run's branch is gone on with, also where the counterpart was lost;
 * one that we did not make, or that was rewritten since, is refused. The caller holds the track's lock.
 */
export async function createTrackBranch(
  git: Git,
  user: UserRepository,
  control: ControlRepository,
  trackId: string,
  commit: string,
): Promise<TrackBranchOutcome> {
  const [existing, known] = await Promise.all([
    readTrackBranch(git, user, trackId),
    control.readRef(trackRef(trackId)),
  ]);
  if (existing === undefined) return startBranch(git, user, control, trackId, commit, known);
  const place = await checkedOutAt(git, user, trackId);
  if (place !== undefined) return refusedAsCheckedOut(trackId, place);
  const landed = known ?? (await adoptBranch(git, user, control, trackId, existing));
  if (landed === undefined) return refusedAsForeign(trackId, "was not made by multi-agent-coder");

  const head = await newerOf(control, existing, landed);
  if (head === undefined) return refusedAsForeign(trackId, "was rewritten since multi-agent-coder wrote it");
  const next = (await control.isAncestor(head, commit)) ? commit : head;
  const refused = await moveBoth(git, user, control, trackId, { next, existing, landed });
  if (refused !== undefined) return refused;
  return { kind: next === head ? "continues" : "advanced", head: next };
}

/** The head that `createTrackBranch` would give for the same commit, unless it refused. Nothing is made. */
export async function headFor(
  git: Git,
  user: UserRepository,
  control: ControlRepository,
  trackId: string,
  commit: string,
): Promise<string> {
  const existing = await readTrackBranch(git, user, trackId);
  if (existing === undefined) return commit;
  const landed = (await control.readRef(trackRef(trackId))) ?? existing;
  const head = (await newerOf(control, existing, landed)) ?? existing;
  return (await control.isAncestor(head, commit)) ? commit : head;
}

/**
 * Moves `mac/<track_id>` from `expected` to `next`, a commit of control.git, in the user's repository. `copied`: settles
 * once its objects are there; without it they are copied now.
 */
export async function publishTrackBranch(
  git: Git,
  user: UserRepository,
  control: ControlRepository,
  trackId: string,
  next: string,
  expected: string,
  copied = copyObjects(git, control, user, next, [expected]),
): Promise<Result<void, PublishFailure>> {
  const [path] = await Promise.all([checkedOutAt(git, user, trackId), copied]);
  if (path !== undefined) return failure({ reason: "checked-out", path });
  return moveBranch(git, user, trackId, next, expected);
}

/** What stands in the way of removing a track's branch; undefined: nothing. */
export type BranchRemovalFailure =
  | { readonly reason: "checked-out"; readonly path: string }
  | { readonly reason: "git"; readonly failure: GitFailure };

/** Removes `mac/<track_id>` from the user's repository, where it is at `commit`; whoever calls has kept that. */
export async function removeTrackBranch(
  git: Git,
  user: UserRepository,
  trackId: string,
  commit: string,
): Promise<Result<void, BranchRemovalFailure>> {
  const path = await checkedOutAt(git, user, trackId);
  if (path !== undefined) return failure({ reason: "checked-out", path });
  const args = ["update-ref", "--no-deref", "-d", branchRef(trackId), commit];
  const removed = await git.run(args, { cwd: user.root, mendLocksIn: [] });
  return removed.ok ? success(undefined) : failure({ reason: "git", failure: removed.failure });
}

/** True if a branch of the user's that is none of ours, or what they have checked out, holds all of `commit`. */
export async function isInUsersBranch(git: Git, user: UserRepository, commit: string): Promise<boolean> {
  const options = { cwd: user.root };
  const listed = await git.run(["for-each-ref", `--contains=${commit}`, "--format=%(refname)", "refs/heads"], options);
  // It is not in their repository at all.
  if (!listed.ok) return false;
  if (listed.value.split("\n").some((name) => name !== "" && !name.startsWith("refs/heads/mac/"))) return true;
  // A detached HEAD is no branch and may still hold it; on a track's own branch it proves nothing.
  return user.branch === undefined && git.test(["merge-base", "--is-ancestor", commit, user.head], options);
}

/** The commits of branches of the user's that are none of ours, and first what they have checked out. */
export async function usersTips(git: Git, user: UserRepository): Promise<readonly string[]> {
  const args = ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads"];
  const listed = await git.must(args, { cwd: user.root });
  const others = listed.split("\n").flatMap((line) => {
    const [commit, name] = line.split(" ");
    return commit && name && !name.startsWith("refs/heads/mac/") ? [commit] : [];
  });
  return [user.head, ...others];
}

async function startBranch(
  git: Git,
  user: UserRepository,
  control: ControlRepository,
  trackId: string,
  commit: string,
  landed: string | undefined,
): Promise<TrackBranchOutcome> {
  await copyObjects(git, control, user, commit, [user.head]);
  const made = await moveBranch(git, user, trackId, commit, undefined);
  if (!made.ok) return refusedBy(trackId, made.failure);
  // The user deleted the branch of an earlier run: its work is kept all the same.
  if (landed !== undefined) await control.pin(`refs/mac/replaced/${trackId}/${landed}`, landed);
  await control.pin(trackRef(trackId), commit);
  return { kind: "created", head: commit };
}

/**
 * Takes a branch up again whose counterpart was lost with its repository, or cleaned and brought back: its commits say that
 * they are ours. @returns where it is; undefined: nothing on it says so
 */
async function adoptBranch(
  git: Git,
  user: UserRepository,
  control: ControlRepository,
  trackId: string,
  existing: string,
): Promise<string | undefined> {
  // Of what the user's branch has altogether, the tip has to say it: below that are landings of other tracks as well.
  const isMerged = await control.isAncestor(existing, user.head);
  const range = isMerged ? { to: existing, limit: 1 } : { from: user.head, to: existing };
  if (!(await control.commits(range)).some(isOurs)) return undefined;
  if (!isMerged) await adoptObjects(git, control, existing, [user.head]);
  await control.pin(trackRef(trackId), existing);
  return existing;
}

async function moveBoth(
  git: Git,
  user: UserRepository,
  control: ControlRepository,
  trackId: string,
  { next, existing, landed }: { next: string; existing: string; landed: string },
): Promise<TrackBranchOutcome | undefined> {
  if (next !== existing) {
    await copyObjects(git, control, user, next, [existing, user.head]);
    const moved = await moveBranch(git, user, trackId, next, existing);
    if (!moved.ok) return refusedBy(trackId, moved.failure);
  }
  if (next !== landed) await control.pin(trackRef(trackId), next);
  return undefined;
}

/** The user may have committed on the branch, or a crash may have kept the last landing from it; never both. */
async function newerOf(control: ControlRepository, existing: string, landed: string): Promise<string | undefined> {
  if (await control.isAncestor(existing, landed)) return landed;
  return (await control.isAncestor(landed, existing)) ? existing : undefined;
}

function moveBranch(
  git: Git,
  user: UserRepository,
  trackId: string,
  next: string,
  expected: string | undefined,
): Promise<Result<void, RefFailure>> {
  if (next === expected) return Promise.resolve(success(undefined));
  const swap = { name: branchRef(trackId), next, expected, reflogMessage: `multi-agent-coder: ${trackId}` };
  return swapRef(git, { cwd: user.root }, swap);
}

async function checkedOutAt(git: Git, user: UserRepository, trackId: string): Promise<string | undefined> {
  const worktrees = await listWorktrees(git, user.root);
  return worktrees.find((worktree) => worktree.branch === branchRef(trackId))?.path;
}

function refusedBy(trackId: string, reason: RefFailure): TrackBranchOutcome {
  switch (reason.reason) {
    case "moved":
      return refusedAsForeign(trackId, "was moved by something else at this moment");
    case "name-taken": {
      const branch = reason.by.replace(/^refs\/heads\//, "");
      const message = `The branch ${trackBranchName(trackId)} cannot be made while there is a branch ${branch}: rename that with \`git branch -m ${branch} <new name>\`.`;
      return { kind: "refused", reason: "name-taken", message };
    }
    case "git": {
      const { failure: failed } = reason;
      if (failed.reason !== "locked") throw new GitError(failed);
      const message = `The branch ${trackBranchName(trackId)} could not be moved: ${describeLock(failed)}.`;
      return { kind: "refused", reason: "locked", message };
    }
  }
}

function refusedAsForeign(trackId: string, what: string): TrackBranchOutcome {
  const branch = trackBranchName(trackId);
  const message = `The branch ${branch} ${what}: rename it with \`git branch -m ${branch} <new name>\`, or choose another track_id.`;
  return { kind: "refused", reason: "foreign", message };
}

function refusedAsCheckedOut(trackId: string, path: string): TrackBranchOutcome {
  const branch = trackBranchName(trackId);
  const message = `The branch ${branch} is checked out in ${path}: switch that to another branch first (\`git switch -\`).`;
  return { kind: "refused", reason: "checked-out", message };
}

function branchRef(trackId: string): string {
  return `refs/heads/${trackBranchName(trackId)}`;
}
