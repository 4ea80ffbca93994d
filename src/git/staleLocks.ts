import { lstat, readdir, readlink, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Result } from "../core/result.ts";
import type { GitFailure } from "./gitFailure.ts";

/** git holds a lock for milliseconds; one as old as this was left by a killed process. */
const STALE_LOCK_MS = 4_000;
/** Longer than a lock takes to become stale: also one that was left a moment ago is mended within one call. */
const LOCK_WAIT_MS = 5_500;
const RETRY_INTERVAL_MS = 50;

/**
 * Repeats a git command while a lock file is in its way, at most 5.5 s: git does nothing before it has its locks.
 * @param ours directories that only git processes of ours work in. A lock in one that a killed git left is removed; any
 *   other, such as one in the user's repository, is only waited for.
 */
export async function outwaitLocks<Value>(
  command: () => Promise<Result<Value, GitFailure>>,
  ours: readonly string[],
): Promise<Result<Value, GitFailure>> {
  const deadline = performance.now() + LOCK_WAIT_MS;
  const watch = new LockWatch();
  for (;;) {
    const outcome = await command();
    if (outcome.ok || outcome.failure.reason !== "locked" || performance.now() >= deadline) return outcome;
    const lock = lockFileIn(outcome.failure);
    if (lock !== undefined && isWithin(lock, ours)) await watch.removeIfStale(lock);
    await sleep(RETRY_INTERVAL_MS);
  }
}

/** The lock file that git says is there already. */
function lockFileIn({ message }: GitFailure): string | undefined {
  return /Unable to create '([^\n]+\.lock)': File exists/.exec(message)?.[1];
}

/** For the user, about a lock in their own repository: we never remove one there. */
export function describeLock(failure: GitFailure): string {
  const lock = lockFileIn(failure);
  if (lock === undefined) return failure.message;
  return `the lock file ${lock} is in the way: another git is at work there, or one that was killed left it; if none is, remove it (rm '${lock}')`;
}

/**
 * Removes the locks of refs that killed gits left in a repository of ours, and those of index files of ours, so that
 * nobody has to outwait them. Locks of live ones stay.
 * @returns paths of what was removed
 */
export async function removeStaleLocks(gitDirectory: string, indexes: string): Promise<readonly string[]> {
  const locks = [
    join(gitDirectory, "packed-refs.lock"),
    ...(await locksBelow(join(gitDirectory, "refs"))),
    ...(await locksBelow(indexes)),
  ];
  const removed: string[] = [];
  for (const lock of locks) if (await new LockWatch().removeIfStale(lock)) removed.push(lock);
  return removed;
}

async function locksBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".lock"))
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Of an index file that the caller alone uses: a lock can only be what a killed git of ours left. */
export async function freeIndexFile(indexFile: string): Promise<void> {
  await rm(`${indexFile}.lock`, { force: true });
}

/** Looks at locks again and again. A clock that was set back makes a lock look new: that it stays the same tells too. */
class LockWatch {
  private readonly seen = new Map<string, { readonly mark: string; readonly at: number }>();

  async removeIfStale(lock: string): Promise<boolean> {
    const status = await lstat(lock, { bigint: true }).catch(() => undefined);
    if (status === undefined || !status.isFile()) return false;
    const mark = `${status.ino} ${status.mtimeNs}`;
    const first = this.seen.get(lock);
    if (first?.mark !== mark) this.seen.set(lock, { mark, at: performance.now() });
    const watchedMs = first?.mark === mark ? performance.now() - first.at : 0;
    const isOld = Date.now() - Number(status.mtimeMs) >= STALE_LOCK_MS || watchedMs >= STALE_LOCK_MS;
    if (!isOld || (await isOpen(lock))) return false;
    await rm(lock, { force: true });
    return true;
  }
}

/** True if a process still has the file open: a slow git, not a dead one. Told by /proc, so on Linux only. */
async function isOpen(file: string): Promise<boolean> {
  const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const targets = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
    if (targets.includes(file)) return true;
  }
  return false;
}

function isWithin(path: string, directories: readonly string[]): boolean {
  return directories.some((directory) => path.startsWith(directory + sep));
}
