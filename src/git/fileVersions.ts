import type { Git } from "./gitProcess.ts";

/** A commit of a linear history that changed certain files. */
export interface FileVersion {
  readonly commit: string;
  /** Seconds since the epoch. */
  readonly time: number;
  readonly message: string;
  /** Unified difference of these files to the commit before, each from its `---` line on. */
  readonly difference: string;
}

/**
 * The versions of files and folders, newest first. Reads a repository of ours without writing anything, also while
 * others write. A ref that is not there has no versions.
 */
export async function fileVersions(
  git: Git,
  gitDir: string,
  ref: string,
  paths: readonly string[],
): Promise<FileVersion[]> {
  if (!(await refNames(git, gitDir, ref)).includes(ref)) return [];
  const output = await git.must(
    [
      "log",
      "--first-parent",
      "--format=%x00%H%x00%ct%x00%B%x00",
      "--patch",
      "--no-renames",
      "--no-ext-diff",
      "--no-textconv",
      "--text",
      "--diff-algorithm=histogram",
      ref,
      "--",
      ...paths,
    ],
    readingIn(gitDir),
  );
  // Four fields a version, the difference last; no text of ours holds a NUL.
  const fields = output.split("\0").slice(1);
  const versions: FileVersion[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [commit = "", time = "", message = "", patch = ""] = fields.slice(at, at + 4);
    versions.push({ commit, time: Number(time), message, difference: withoutHeaders(patch) });
  }
  return versions;
}

/** Lines of a file begin with a space, a plus or a minus: these are git's own. */
function withoutHeaders(patch: string): string {
  return patch.replace(/^(?:diff --git|index|new file mode|deleted file mode) .*\n/gm, "").replace(/^\n+|\n+$/g, "");
}

/** The text of the file in the commit a ref is at; undefined without one. */
export async function latestText(git: Git, gitDir: string, ref: string, path: string): Promise<string | undefined> {
  const found = await git.run(["cat-file", "blob", `${ref}:${path}`], readingIn(gitDir));
  return found.ok ? found.value : undefined;
}

/** Names of the refs that are `prefix` or, where it ends with a slash, below it. No repository has none. */
export async function refNames(git: Git, gitDir: string, prefix: string): Promise<string[]> {
  const listed = await git.run(["for-each-ref", "--format=%(refname)", prefix], readingIn(gitDir));
  if (!listed.ok) return [];
  return listed.value.split("\n").filter((name) => name !== "");
}

function readingIn(gitDir: string) {
  return { cwd: "/", gitDir, isolated: true } as const;
}
