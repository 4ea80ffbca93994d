import type { Git } from "./gitProcess.ts";
import { splitNul } from "./gitProcess.ts";

/** A work tree of the user's repository; `branch` is the full ref name, undefined when HEAD is detached. */
export interface ListedWorktree {
  readonly path: string;
  readonly branch: string | undefined;
}

export async function listWorktrees(git: Git, root: string): Promise<ListedWorktree[]> {
  return parseWorktreeList(await git.must(["worktree", "list", "--porcelain", "-z"], { cwd: root }));
}

/** Reads `worktree list --porcelain -z`: attributes end in NUL, and an empty one ends a record. */
export function parseWorktreeList(output: string): ListedWorktree[] {
  return output
    .split("\0\0")
    .map((record) => splitNul(record))
    .flatMap((attributes) => {
      const value = (key: string) =>
        attributes.find((attribute) => attribute.startsWith(`${key} `))?.slice(key.length + 1);
      const path = value("worktree");
      return path === undefined ? [] : [{ path, branch: value("branch") }];
    });
}
