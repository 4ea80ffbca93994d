import type { Git } from "./gitProcess.ts";
import { splitNul } from "./gitProcess.ts";

export interface TrackedFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** The regular files of a commit with their sizes as stored, in git's order. */
export async function listTrackedFiles(git: Git, root: string, commit: string): Promise<TrackedFile[]> {
  const output = await git.must(["ls-tree", "-r", "-l", "-z", "--full-tree", commit], { cwd: root });
  return splitNul(output).flatMap((entry) => {
    const match = /^100\d{3} blob [0-9a-f]+\s+(\d+)\t(.*)$/s.exec(entry);
    return match === null ? [] : [{ path: match[2] ?? "", bytes: Number(match[1]) }];
  });
}
