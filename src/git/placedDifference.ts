import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Git, GitOptions } from "./gitProcess.ts";
import { pathsBetween } from "./recordedObjects.ts";

export interface PlacedDifference {
  /** Commits; what differs between any of them and `commit` is placed. */
  readonly from: readonly string[];
  readonly commit: string;
  readonly workTree: string;
  /** Index file of ours; one user at a time. */
  readonly indexFile: string;
}

/**
 * Puts files into a work tree as a commit of our repository `gitDir` has them, and removes those it has not: only what
 * differs from other commits, whatever else is there. The repository and its refs stay as they are.
 */
export async function placeDifference(
  git: Git,
  gitDir: string,
  { from, commit, workTree, indexFile }: PlacedDifference,
): Promise<void> {
  const differing = await Promise.all(from.map((other) => pathsBetween(git, gitDir, other, commit)));
  const paths = [...new Set(differing.flat())];
  if (paths.length === 0) return;
  const options: GitOptions = {
    ...{ cwd: workTree, gitDir, workTree, isolated: true },
    env: { GIT_INDEX_FILE: indexFile },
    config: ["core.bare=false"],
  };
  await git.must(["read-tree", commit], options);
  const there = new Set((await git.must(["ls-files", "-z", "--", ...paths], options)).split("\0"));
  // First, since a folder may stand where a file was.
  for (const path of paths) if (!there.has(path)) await rm(join(workTree, path), { recursive: true, force: true });
  const input = paths.filter((path) => there.has(path)).map((path) => `${path}\0`);
  await git.must(["checkout-index", "--force", "-z", "--stdin"], { ...options, input: input.join("") });
}
