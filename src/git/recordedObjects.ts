import { type LoggedCommit, readNamedCommits } from "./commitLog.ts";
import { type Git, type GitOptions, splitNul } from "./gitProcess.ts";

/** Refs of a repository of ours by name, each with the commit it is at; none where there is no repository. Reads only. */
export async function refsBelow(git: Git, gitDir: string, prefix: string): Promise<ReadonlyMap<string, string>> {
  const listed = await git.run(["for-each-ref", "--format=%(refname) %(objectname)", prefix], readingIn(gitDir));
  const lines = listed.ok ? listed.value.split("\n").filter((line) => line !== "") : [];
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), line.slice(line.lastIndexOf(" ") + 1)] as const),
  );
}

/** Those of the commits that a repository of ours has, by id. Reads only. */
export async function commitsNamed(
  git: Git,
  gitDir: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LoggedCommit>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const options = readingIn(gitDir);
  const checked = await git.run(["cat-file", "--batch-check"], { ...options, input: `${wanted.join("\n")}\n` });
  const found = checked.ok
    ? checked.value.split("\n").flatMap((line) => /^([0-9a-f]+) commit /.exec(line)?.[1] ?? [])
    : [];
  const commits = found.length === 0 ? [] : await readNamedCommits(git, options, found);
  return new Map(commits.map((commit) => [commit.id, commit]));
}

/** Whether all of `ancestor` is in `descendant`; false where one of them is not there. Reads only. */
export async function holds(git: Git, gitDir: string, descendant: string, ancestor: string): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", ancestor, descendant];
  const outcome = await git.runAccepting([0, 1], args, readingIn(gitDir));
  return outcome.ok && outcome.value.exitCode === 0;
}

/** The tree of a commit. */
export async function treeOf(git: Git, gitDir: string, commit: string): Promise<string> {
  return (await git.must(["rev-parse", "--verify", `${commit}^{tree}`], readingIn(gitDir))).trim();
}

/** Paths that differ between two commits, in git's order. */
export async function pathsBetween(git: Git, gitDir: string, from: string, to: string): Promise<readonly string[]> {
  const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to, "--"];
  return splitNul(await git.must(args, readingIn(gitDir)));
}

function readingIn(gitDir: string): GitOptions {
  return { cwd: "/", gitDir, isolated: true };
}
