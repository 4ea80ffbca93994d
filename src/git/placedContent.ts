import { lstat, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasErrorCode } from "../core/files.ts";
import { runProcess } from "../core/shell.ts";

/** What lies in a work tree besides the files of its commit, and is copied into it from somewhere else. */
export interface PlacedContent {
  /** The same for the same content. */
  readonly key: string;
  /** Where it is copied from. */
  readonly folder: string;
  /** Files and folders in `folder`, none inside another; a folder is placed with all that is in it. */
  readonly roots: readonly string[];
}

/** A hang of the file system, not a budget: 40,000 files take about three seconds on ext4. */
const COPY_TIMEOUT_MS = 1_800_000;

/** Far below what a command line may hold. */
const PATHS_PER_COPY = 200;

/**
 * Copies paths from one folder into another, with links, modes and times, sharing the blocks of files where the file
 * system can. What is not there to be copied, is there already, or would be reached through a link is left out.
 */
export async function copyPaths(from: string, to: string, paths: readonly string[]): Promise<void> {
  const byParent = new Map<string, string[]>();
  for (const path of paths) {
    if (!(await canBeCopied(from, to, path))) continue;
    const parent = dirname(path);
    byParent.set(parent, [...(byParent.get(parent) ?? []), path]);
  }
  for (const [parent, children] of byParent) {
    await mkdir(join(to, parent), { recursive: true });
    for (let start = 0; start < children.length; start += PATHS_PER_COPY) {
      const sources = children.slice(start, start + PATHS_PER_COPY).map((path) => join(from, path));
      await copyInto(join(to, parent), sources);
    }
  }
}

async function canBeCopied(from: string, to: string, path: string): Promise<boolean> {
  if ((await statusOf(join(from, path))) === undefined || (await statusOf(join(to, path))) !== undefined) return false;
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    if ((await statusOf(join(to, folder)))?.isDirectory() === false) return false;
  }
  return true;
}

async function statusOf(path: string) {
  return lstat(path).catch((error: unknown) => {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  });
}

/** The program, not node:fs: it takes a sixth of the time. */
async function copyInto(folder: string, sources: readonly string[]): Promise<void> {
  const flags = process.platform === "linux" ? ["-a", "--reflink=auto"] : ["-a"];
  const outcome = await runProcess("cp", [...flags, "--", ...sources, `${folder}/`], {
    cwd: "/",
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" },
    timeoutMs: COPY_TIMEOUT_MS,
  });
  if (outcome.end.reason === "exited" && outcome.end.exitCode === 0) return;
  throw new Error(`copying into ${folder} failed: ${outcome.stderr.trim().split("\n")[0] ?? outcome.end.reason}`);
}

/** True for one of the roots and for what lies in one. */
export function isPlaced(roots: ReadonlySet<string>, path: string): boolean {
  for (let folder = path; folder !== "." && folder !== "/"; folder = dirname(folder)) {
    if (roots.has(folder)) return true;
  }
  return false;
}
