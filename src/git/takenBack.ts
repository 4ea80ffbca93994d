import type { Git, GitOptions } from "./gitProcess.ts";
import { withoutFinalNewline } from "./gitProcess.ts";
import { parseRawDiff } from "./rawDiff.ts";
import { freeIndexFile } from "./staleLocks.ts";

/**
 * The tree of `work` with the given paths as they are in `base`: what a change would be without a part of itself.
 * @param indexFile absolute path of an index of ours that nobody else uses at this moment
 */
export async function treeWithout(
  git: Git,
  options: GitOptions,
  change: {
    readonly base: string;
    readonly work: string;
    readonly paths: ReadonlySet<string>;
    readonly indexFile: string;
  },
): Promise<string> {
  const { base, work, paths, indexFile } = change;
  const raw = await git.must(["diff-tree", "-r", "-z", "--raw", "--no-renames", base, work], options);
  const lines = parseRawDiff(raw)
    .filter(({ path }) => paths.has(path))
    .map(({ path, oldMode, oldObject }) => `${Number(oldMode) === 0 ? "0" : oldMode} ${oldObject}\t${path}\0`);
  const indexed: GitOptions = { ...options, env: { GIT_INDEX_FILE: indexFile } };
  await freeIndexFile(indexFile);
  await git.must(["read-tree", work], indexed);
  await git.must(["update-index", "-z", "--index-info"], { ...indexed, input: lines.join("") });
  return withoutFinalNewline(await git.must(["write-tree"], indexed));
}
