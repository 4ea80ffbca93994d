import { copyFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Git, type GitOptions, splitNul } from "./gitProcess.ts";
import { GITLINK_MODE, parseRawDiff } from "./rawDiff.ts";
import { freeIndexFile } from "./staleLocks.ts";

/** How a work tree differs from the checkout it began as. */
export interface SlotDifference {
  /** What the commit does not have, ignored or not; a folder with nothing of the commit in it as one path. */
  readonly added: readonly string[];
  /** Files of the commit that were changed or removed, and submodules that were filled. */
  readonly changed: readonly string[];
}

/**
 * Compares a work tree with the index of its checkout, which is not changed. Obeys no ignore rule and no configuration
 * found in the work tree.
 */
export async function readSlotDifference(
  git: Git,
  place: { readonly gitDir: string; readonly workTree: string; readonly indexFile: string },
): Promise<SlotDifference> {
  const indexFile = `${place.indexFile}-compared`;
  await Promise.all([copyFile(place.indexFile, indexFile), freeIndexFile(indexFile)]);
  const options: GitOptions = {
    cwd: place.workTree,
    gitDir: place.gitDir,
    workTree: place.workTree,
    isolated: true,
    env: { GIT_INDEX_FILE: indexFile },
    config: ["core.bare=false"],
  };
  try {
    // Exit status 1 says that some entries differ, which is what is asked next.
    await git.test(["update-index", "-q", "--refresh", "--ignore-submodules"], options);
    const [changed, added, entries] = await Promise.all([
      git.must(["diff-files", "--raw", "-z", "--no-renames", "--ignore-submodules=all"], options),
      git.must(["ls-files", "-z", "--others", "--directory"], options),
      git.must(["ls-files", "-z", "--stage"], options),
    ]);
    return {
      added: splitNul(added).map((path) => path.replace(/\/$/, "")),
      changed: [
        ...parseRawDiff(changed).map(({ path }) => path),
        ...(await filledSubmodules(place.workTree, splitNul(entries))),
      ],
    };
  } finally {
    await rm(indexFile, { force: true });
  }
}

async function filledSubmodules(workTree: string, entries: readonly string[]): Promise<readonly string[]> {
  const submodules = entries
    .filter((entry) => entry.startsWith(`${GITLINK_MODE} `))
    .map((entry) => entry.slice(entry.indexOf("\t") + 1));
  const filled = await Promise.all(
    submodules.map(async (path) => (await readdir(join(workTree, path)).catch(() => [])).length > 0),
  );
  return submodules.filter((_, index) => filled[index]);
}
