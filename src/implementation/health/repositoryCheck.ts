import { taskWriters } from "../../backlog/taskWriters.ts";
import type { Git } from "../../git/gitProcess.ts";
import { operationInProgress } from "../../git/operationInProgress.ts";
import { parseStatus, STATUS_ARGUMENTS } from "../../git/porcelainStatus.ts";
import type { UserRepository } from "../../git/userRepository.ts";
import type { Task } from "../../types.ts";
import { shortList } from "../../verification/evidence.ts";
import type { HealthVerdict } from "../../verification/instrumentationChecker.ts";

/**
 * What of the user's own state stands between the work and their branch at the end. Nothing here keeps a run from its
 * work: that begins at a commit and ends on a branch of ours.
 */
export async function checkRepository(
  git: Git,
  user: UserRepository,
  tasks: readonly Pick<Task, "id" | "files">[],
  signal: AbortSignal,
): Promise<HealthVerdict> {
  const options = { cwd: user.root, signal };
  const [operation, status, shallow] = await Promise.all([
    operationInProgress(user.gitDir),
    git.must([...STATUS_ARGUMENTS, "--untracked-files=all"], options),
    git.must(["rev-parse", "--is-shallow-repository"], options),
  ]);
  const obstacles = [
    ...(operation === undefined ? [] : [`a ${operation} is in progress`]),
    ...(user.branch === undefined ? ["HEAD is detached"] : []),
    ...uncommitted(status, tasks),
  ];
  const facts = [
    `${user.branch ?? "HEAD"} at ${user.head.slice(0, 9)}`,
    ...(shallow.trim() === "true" ? ["a shallow clone"] : []),
    ...(user.filters ? ["some files go through filters such as LFS, and no task can change those"] : []),
  ];
  if (obstacles.length === 0) return { result: "ok", says: facts.join(", ") };
  return {
    result: "warning",
    says: `${obstacles.join("; ")}: agents start from ${user.head.slice(0, 9)} without it, and your branch may be left alone at the end`,
    mend: "commit, stash or end it first, or merge the branch by hand afterwards",
  };
}

/** Paths that differ from HEAD and that a task may write. */
function uncommitted(status: string, tasks: readonly Pick<Task, "files">[]): readonly string[] {
  const writers = taskWriters(tasks);
  const paths = parseStatus(status)
    .map(({ path }) => path)
    .filter((path) => writers(path).length > 0);
  return paths.length === 0 ? [] : [`not committed, and to be written by tasks: ${shortList(paths)}`];
}
