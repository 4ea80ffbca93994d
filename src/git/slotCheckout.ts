import { type Git, type GitOptions, splitNul } from "./gitProcess.ts";
import type { Look } from "./untouchedContent.ts";

/** git compares each of these paths with each file: more of them than this, and the whole tree is read in less time. */
const MOST_PATHS = 200;

/** A hang of the file system, not a budget: 8,000 files take about half a second. */
const CHECKOUT_TIMEOUT_MS = 600_000;

export interface SlotCheckout {
  readonly gitDirectory: string;
  readonly workTree: string;
  /** Of the checkouts alone; it need not exist. */
  readonly indexFile: string;
}

/** Writes what is missing, or is not what the index says, and removes what `commit` lacks. */
export async function checkOutAll(git: Git, checkout: SlotCheckout, commit: string): Promise<void> {
  await git.must(["read-tree", "--reset", "-u", commit], optionsOf(checkout));
}

/**
 * Makes `paths` what they are in `commit`, where everything is as the index says. It looks at no other path, which on
 * 8,000 files takes a quarter of the time.
 */
export async function checkOutPaths(
  git: Git,
  checkout: SlotCheckout,
  commit: string,
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  if (!canGoByPath(paths)) return checkOutAll(git, checkout, commit);
  const given = ["--pathspec-from-file=-", "--pathspec-file-nul"];
  await git.must(["restore", `--source=${commit}`, "--staged", "--worktree", ...given], {
    ...optionsOf(checkout),
    input: paths.map((path) => `${path}\0`).join(""),
  });
}

/** Which files the index holds, and which of them are not as it says. Takes half the time of looking at each from here. */
export async function askAboutFiles(git: Git, checkout: SlotCheckout): Promise<NonNullable<Look["git"]>> {
  const options = optionsOf(checkout);
  const [known, changed] = await Promise.all([
    git.must(["ls-files", "-z"], options),
    git.must(["diff-files", "-z", "--name-only", "--no-renames", "--ignore-submodules=all"], options),
  ]);
  const files = new Set(splitNul(known));
  return { knows: (path) => files.has(path), changed: new Set(splitNul(changed)) };
}

/** Not where a path is a folder in one commit and a file in the other, has two names on this disk, or is no text. */
function canGoByPath(paths: readonly string[]): boolean {
  if (paths.length > MOST_PATHS || paths.some((path) => path.includes("\u{fffd}"))) return false;
  const names = new Set(paths.map((path) => path.normalize("NFC").toLowerCase()));
  const folders = [...names].flatMap((name) => [...name.matchAll(/\//g)].map(({ index }) => name.slice(0, index)));
  return names.size === paths.length && !folders.some((folder) => names.has(folder));
}

function optionsOf({ gitDirectory, indexFile, workTree }: SlotCheckout): GitOptions {
  return {
    cwd: workTree,
    gitDir: gitDirectory,
    workTree,
    isolated: true,
    env: { GIT_INDEX_FILE: indexFile },
    config: ["core.bare=false"],
    timeoutMs: CHECKOUT_TIMEOUT_MS,
  };
}
