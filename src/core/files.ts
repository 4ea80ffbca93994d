import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** True if `error` is a system error with one of these codes, such as `ENOENT`. */
export function hasErrorCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

/** The file's text, or undefined when there is no such file. */
export async function readTextIfExists(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

/** Makes a rename or a new file in `directory` durable; file systems without directory fsync are let be. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!hasErrorCode(error, "EINVAL", "ENOTSUP", "EPERM")) throw error;
  } finally {
    await handle.close();
  }
}

/** Makes `directory` and the folders above it that are missing, durably: a file that is synced there stays reachable. */
export async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}

/**
 * Replaces `path` by `content` in one step: a reader, or a crash at any point, sees the old file or the new one.
 * Missing folders are made. `mode` is the new file's permission bits.
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const directory = dirname(path);
  await makeDirectory(directory);
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx", mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(directory);
}

/** As `writeFileAtomic` names the file it has not finished: what it is to replace, and the process that writes it. */
const UNFINISHED = /^(.+)\.(\d+)-[0-9a-f]{8}\.tmp$/;

/**
 * Removes what processes that were killed while they wrote `path` by `writeFileAtomic` left beside it. What cannot be
 * removed stays: it is in nobody's way.
 */
export function removeUnfinished(path: string): Promise<void> {
  return removeUnfinishedIn(dirname(path), (name) => name === basename(path));
}

/** The same for every file of a folder whose name `isOurs` accepts. */
export async function removeUnfinishedIn(directory: string, isOurs: (name: string) => boolean): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const [, name, writer] = UNFINISHED.exec(entry.name) ?? [];
    if (!entry.isFile() || name === undefined || !isOurs(name) || isRunning(Number(writer))) continue;
    await rm(join(directory, entry.name), { force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasErrorCode(error, "ESRCH");
  }
}
