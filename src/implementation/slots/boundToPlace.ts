import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../../core/shell.ts";

/** Names of what compilers leave: paths in there are for debuggers, and for building again. */
const HARMLESS = ["*.pyc", "*.o", "*.a", "*.d", "*.node", "*.so", "*.mk", "*.gypi", "Makefile", "*.map"];

const SEARCH_LIMIT_MS = 600_000;

/** Above this `grep` is given the folders one after the other; far below what a command line may hold. */
const MAX_PATHS = 500;

/**
 * The first file or link among `roots` and below them that names one of `places`, folders that are another one for each
 * slot: a script, a link, a setting. What holds such a path works in no copy. Undefined: there is none.
 */
export async function findBoundToPlace(
  folder: string,
  roots: readonly string[],
  places: readonly string[],
): Promise<string | undefined> {
  for (const root of roots) {
    const link = await findLink(folder, root, places);
    if (link !== undefined) return link;
  }
  for (let start = 0; start < roots.length; start += MAX_PATHS) {
    const file = await findText(folder, roots.slice(start, start + MAX_PATHS), places);
    if (file !== undefined) return file;
  }
  return undefined;
}

async function findLink(folder: string, path: string, places: readonly string[]): Promise<string | undefined> {
  const status = await lstat(join(folder, path));
  if (status.isSymbolicLink()) return leadsTo(await readlink(join(folder, path)), places) ? path : undefined;
  if (!status.isDirectory()) return undefined;
  for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (!entry.isDirectory() && !entry.isSymbolicLink()) continue;
    const found = await findLink(folder, child, places);
    if (found !== undefined) return found;
  }
  return undefined;
}

function leadsTo(target: string, places: readonly string[]): boolean {
  return places.some((place) => target === place || target.startsWith(`${place}/`));
}

async function findText(
  folder: string,
  roots: readonly string[],
  places: readonly string[],
): Promise<string | undefined> {
  const patterns = places.flatMap((place) => ["-e", place]);
  const left = HARMLESS.map((name) => `--exclude=${name}`);
  // `-I` would pass over shebangs of binary archives too, so it is left out.
  const args = ["-r", "-l", "-m", "1", "-F", ...left, ...patterns, "--", ...roots.map((root) => `./${root}`)];
  const script = 'grep "$@" | head -n 1';
  const outcome = await runProcess("/bin/sh", ["-c", script, "sh", ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" },
    timeoutMs: SEARCH_LIMIT_MS,
  });
  const found = outcome.stdout.split("\n")[0]?.replace(/^\.\//, "");
  return found === "" ? undefined : found;
}
