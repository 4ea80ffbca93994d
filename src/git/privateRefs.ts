import { type Git, type GitOptions, withoutFinalNewline } from "./gitProcess.ts";

export interface PrivateRef {
  readonly name: string;
  readonly commit: string;
}

export interface KeptRef {
  /** Undefined: the commit is only kept. */
  readonly from: string | undefined;
  readonly to: string;
  readonly commit: string;
}

/** Names and commits of the refs below `pattern`; in it `*` stands for one part of a name, `**` at its end for the rest. */
export async function listRefs(git: Git, options: GitOptions, pattern: string): Promise<readonly PrivateRef[]> {
  const listed = await git.must(["for-each-ref", "--format=%(objectname) %(refname)", pattern], options);
  return withoutFinalNewline(listed)
    .split("\n")
    .flatMap((line) => {
      const [commit, name] = line.split(" ");
      return commit && name ? [{ name, commit }] : [];
    });
}

/**
 * Keeps commits under other names: all the new refs are there and all the old ones gone, or nothing has changed. Throws
 * GitError where an old one has moved meanwhile.
 */
export async function keepRefs(git: Git, options: GitOptions, moves: readonly KeptRef[]): Promise<void> {
  if (moves.length === 0) return;
  const lines = moves.flatMap(({ from, to, commit }) => [
    `update ${to}\0${commit}\0\0`,
    ...(from === undefined ? [] : [`delete ${from}\0${commit}\0`]),
  ]);
  const input = `start\0${lines.join("")}prepare\0commit\0`;
  await git.must(["update-ref", "--no-deref", "-z", "--stdin"], { ...options, input });
}
