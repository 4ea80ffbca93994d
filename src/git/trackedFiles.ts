import { randomUUID } from "node:crypto";
import type { Git } from "./gitProcess.ts";
import { splitNul } from "./gitProcess.ts";

export interface TrackedFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

export interface TreeEntry extends TrackedFile {
  readonly kind: "file" | "link" | "submodule";
  /** Id of the object that holds it. */
  readonly object: string;
}

/** The regular files of a commit with their sizes as stored, in git's order. */
export async function listTrackedFiles(git: Git, root: string, commit: string): Promise<TrackedFile[]> {
  const entries = await listTree(git, root, commit);
  return entries.filter(({ kind }) => kind === "file").map(({ path, bytes }) => ({ path, bytes }));
}

/** Everything in a commit but folders, in git's order; a link's and a submodule's size is 0. */
export async function listTree(git: Git, root: string, commit: string): Promise<readonly TreeEntry[]> {
  const output = await git.must(["ls-tree", "-r", "-l", "-z", "--full-tree", commit], { cwd: root });
  return splitNul(output).flatMap((entry): TreeEntry[] => {
    const match = /^(\d{3})\d{3} \w+ ([0-9a-f]+)\s+(\d+|-)\t(.*)$/s.exec(entry);
    if (match === null) return [];
    const [, mode, object = "", size, path = ""] = match;
    const kind = mode === "160" ? "submodule" : mode === "120" ? "link" : "file";
    return [{ path, kind, object, bytes: kind === "file" ? Number(size) : 0 }];
  });
}

/** The texts of blobs, in the order asked for. What is not UTF-8 in them is replaced. */
export async function readBlobs(git: Git, root: string, objects: readonly string[]): Promise<readonly string[]> {
  if (objects.length === 0) return [];
  // Sizes count bytes and the output is text: a line that no file can hold tells where the next blob begins.
  const mark = randomUUID();
  const output = await git.must(["cat-file", "--buffer", `--batch=${mark} %(objectname)`], {
    cwd: root,
    input: `${objects.join("\n")}\n`,
  });
  return output
    .split(`${mark} `)
    .slice(1)
    .map((part) => part.slice(part.indexOf("\n") + 1, -1));
}
