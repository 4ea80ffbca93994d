import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Repository } from "../repository.ts";

/** What a user has in front of them, but for what a run may change: its branch, and the statuses in the backlog. */
export interface Checkout {
  readonly head: string;
  readonly branch: string;
  readonly refs: string;
  readonly status: string;
  readonly index: string;
  readonly config: string;
}

export async function lookAtCheckout(repository: Repository): Promise<Checkout> {
  const { git, path } = repository;
  const [head, branch, refs, status, index, config] = await Promise.all([
    git("rev-parse", "HEAD"),
    git("symbolic-ref", "HEAD"),
    git("for-each-ref", "--format=%(refname) %(objectname)"),
    git("--no-optional-locks", "status", "--porcelain", "--untracked-files=all"),
    git("ls-files", "--stage"),
    readFile(join(path, ".git/config"), "utf8"),
  ]);
  return {
    head,
    branch,
    refs: without(refs, /^refs\/heads\/(main|mac\/words) /),
    status: without(status, /^.. tasks\/BACKLOG\.yaml/),
    index: createHash("sha256").update(index).digest("hex"),
    config,
  };
}

/** The work of a whole run as it is fast-forwarded to: files first, then the branch. */
export interface Goal {
  readonly tree: string;
  readonly base: string;
}

/**
 * What is not as it was, in words. At any moment everything is as `before`, or a whole run has been fast-forwarded to; in
 * the moment of that, index and files are ahead of the branch.
 */
export async function harmTo(repository: Repository, before: Checkout, goal: Goal): Promise<readonly string[]> {
  const now = await lookAtCheckout(repository);
  const always = (["branch", "refs", "config"] as const).filter((part) => now[part] !== before[part]);
  const rest = (["head", "status", "index"] as const).filter((part) => now[part] !== before[part]);
  if (rest.length > 0) {
    const isMoved = now.head !== before.head;
    const tree = await repository.git(...(isMoved ? ["rev-parse", "HEAD^{tree}"] : ["write-tree"]));
    // The backlog in the index is the one that was committed, whatever its statuses are in the file.
    const isThere = tree === goal.tree && (now.status === "" || !isMoved);
    if (!isThere) return [...always, ...rest].map((part) => `the user's ${part} changed: ${now[part]}`);
  }
  return always.map((part) => `the user's ${part} changed: ${now[part]}`);
}

function without(lines: string, left: RegExp): string {
  return lines
    .split("\n")
    .filter((line) => !left.test(line))
    .join("\n");
}
