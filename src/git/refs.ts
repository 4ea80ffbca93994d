import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { failure, type Result, success } from "../core/result.ts";
import type { GitFailure } from "./gitFailure.ts";
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
  /** Only in a repository of ours: its git directory, in which a lock that a killed process left is removed. */
  readonly mendLocksIn?: string | undefined;
}

/** git holds a ref's lock for milliseconds; one as old as this was left by a killed process. */
const STALE_LOCK_MS = 4_000;
/** Longer than a lock takes to become stale: also one that was left a moment ago is mended within one call. */
const LOCK_WAIT_MS = 5_000;
const RETRY_INTERVAL_MS = 50;

/** Compare-and-swap on one ref. A lock of another process is waited for, at most 5 s. */
export async function swapRef(git: Git, options: GitOptions, swap: RefSwap): Promise<Result<void, RefFailure>> {
  const message = swap.reflogMessage === undefined ? [] : ["-m", swap.reflogMessage];
  const args = ["update-ref", "--no-deref", ...message, swap.name, swap.next, swap.expected ?? ""];
  const deadline = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    const outcome = await git.run(args, options);
    if (outcome.ok) return success(undefined);
    const waitable = outcome.failure.reason === "locked" && performance.now() < deadline;
    if (!waitable) return failure(await explain(git, options, swap, outcome.failure));
    if (swap.mendLocksIn !== undefined) await removeStaleLock(join(swap.mendLocksIn, `${swap.name}.lock`));
    await sleep(RETRY_INTERVAL_MS);
  }
}

async function removeStaleLock(lock: string): Promise<void> {
  const age = await stat(lock).then(
    (status) => Date.now() - status.mtimeMs,
    () => 0,
  );
  if (age >= STALE_LOCK_MS) await rm(lock, { force: true });
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
