import { Refusal } from "../core/refusal.ts";
import { failure, type Result, success } from "../core/result.ts";
import { GitError, type GitFailure } from "./gitFailure.ts";
import type { Git, GitOptions } from "./gitProcess.ts";

/** Why a ref was not moved. */
export type RefFailure =
  /** It was not where it was expected; `actual` is where it is, undefined when it does not exist. */
  | { readonly reason: "moved"; readonly actual: string | undefined }
  /** Another ref, such as `a` for `a/b`, makes the name impossible. */
  | { readonly reason: "name-taken"; readonly by: string }
  | { readonly reason: "git"; readonly failure: GitFailure };

export interface RefSwap {
  /** The full name, such as refs/heads/x. */
  readonly name: string;
  readonly next: string;
  /** Undefined: the ref must not exist. */
  readonly expected: string | undefined;
  /** The line in the ref's reflog, where it has one. */
  readonly reflogMessage?: string | undefined;
}

/**
 * Compare-and-swap on one ref. A lock in its way is waited for, at most 5.5 s; one that a killed git left is removed where
 * `options.mendLocksIn` says that it can only be ours.
 */
export async function swapRef(git: Git, options: GitOptions, swap: RefSwap): Promise<Result<void, RefFailure>> {
  const message = swap.reflogMessage === undefined ? [] : ["-m", swap.reflogMessage];
  const args = ["update-ref", "--no-deref", ...message, swap.name, swap.next, swap.expected ?? ""];
  const outcome = await git.run(args, { mendLocksIn: [], ...options });
  return outcome.ok ? success(undefined) : failure(await explain(git, options, swap, outcome.failure));
}

/** For a move that nobody else is to come between: throws GitError where git failed, else a `Refusal`. */
export function requireMoved(moved: Result<void, RefFailure>, name: string): void {
  if (moved.ok) return;
  if (moved.failure.reason === "git") throw new GitError(moved.failure.failure);
  throw new Refusal(`${name}, a ref of ours, was changed by somebody else meanwhile: run the same command again.`);
}

async function explain(git: Git, options: GitOptions, swap: RefSwap, gitFailure: GitFailure): Promise<RefFailure> {
  const taken = /'(refs\/[^']+)' exists; cannot create/.exec(gitFailure.message)?.[1];
  if (taken !== undefined) return { reason: "name-taken", by: taken };
  if (/cannot lock ref/.test(gitFailure.message) && gitFailure.reason === "failed") {
    const actual = await git.run(["rev-parse", "--quiet", "--verify", swap.name], options);
    const commit = actual.ok ? actual.value.trim() : undefined;
    if (commit !== swap.expected) return { reason: "moved", actual: commit };
  }
  return { reason: "git", failure: gitFailure };
}
