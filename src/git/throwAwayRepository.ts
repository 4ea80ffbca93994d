import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "./gitProcess.ts";
import { writePrivateRepository } from "./privateRepository.ts";
import type { UserRepository } from "./userRepository.ts";

export interface ThrowAwayOptions {
  /** The new repository's work tree; nothing is there yet. */
  readonly root: string;
  readonly commit: string;
  /** Checked out, at `commit`. */
  readonly branch: string;
  /** Object directories besides the user's that `commit` may need. */
  readonly objects: readonly string[];
}

/**
 * A repository with a work tree at one commit, as the user's repository would have it, to be thrown away. Objects are read
 * from there, nothing is copied, and nothing is written to it.
 */
export async function makeThrowAwayRepository(
  git: Git,
  user: UserRepository,
  { root, commit, branch, objects }: ThrowAwayOptions,
): Promise<void> {
  const gitDir = join(root, ".git");
  await mkdir(root, { recursive: true });
  await writePrivateRepository(gitDir, user, {
    alternates: [user.objectsDirectory, ...objects],
    config: "[core]\n\tbare = false\n",
    attributes: "",
    durable: false,
  });
  const options = { cwd: root, gitDir, workTree: root, isolated: true };
  await git.must(["config", "user.name", user.identity.name], options);
  await git.must(["config", "user.email", user.identity.email], options);
  await git.must(["update-ref", `refs/heads/${branch}`, commit], options);
  await git.must(["symbolic-ref", "HEAD", `refs/heads/${branch}`], options);
  await git.must(["reset", "--hard", "--quiet", commit], options);
}
