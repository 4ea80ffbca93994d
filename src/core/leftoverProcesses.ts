import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { parseLinuxStat } from "./linuxProcess.ts";

/** One second in all: longer lives only what the kernel itself holds. */
const MOST_LOOKS = 40;
const BETWEEN_LOOKS_MS = 25;

/** The variable that marks every command started in a work tree of ours, and all it starts: the path of the tree. */
export const WORKTREE_VARIABLE = "MAC_WORKTREE";

/** An id alone is given again to another process later. */
interface Leftover {
  readonly pid: string;
  readonly startTime: string;
}

/**
 * Ends, with SIGKILL, every process that was started for one of the work trees and lives on: that carries its path in
 * `MAC_WORKTREE`. A server or watcher that an agent left behind, in a session and group of its own, would write into the
 * next task's files; so would a command of a run that was killed. Only processes of this user can be seen, and only on
 * Linux; elsewhere nothing is found.
 * @returns how many were ended
 */
export async function endLeftoverProcesses(...worktrees: readonly string[]): Promise<number> {
  const ended = new Set<string>();
  // A killed process goes on for a moment, and one that was about to start another may have done so: look again.
  for (let look = 1; look <= MOST_LOOKS; look++) {
    const leftovers = await findLeftovers(worktrees);
    if (leftovers.length === 0) break;
    for (const leftover of leftovers) await endProcess(leftover, ended);
    await wait(BETWEEN_LOOKS_MS);
  }
  return ended.size;
}

async function findLeftovers(worktrees: readonly string[]): Promise<readonly Leftover[]> {
  const marks = new Set(worktrees.map((worktree) => `${WORKTREE_VARIABLE}=${worktree}`));
  const pids = (await namesIn("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const startTime = await startTimeOf(pid);
      return startTime !== undefined && (await carriesMark(pid, marks)) ? [{ pid, startTime }] : [];
    }),
  );
  return found.flat();
}

async function endProcess({ pid, startTime }: Leftover, ended: Set<string>): Promise<void> {
  if ((await startTimeOf(pid)) !== startTime) return;
  try {
    process.kill(Number(pid), "SIGKILL");
    ended.add(`${pid} ${startTime}`);
  } catch {
    // ESRCH: it ended by itself meanwhile.
  }
}

/** Undefined: there is no such process any more. */
async function startTimeOf(pid: string): Promise<string | undefined> {
  const found = parseLinuxStat(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""));
  return found.kind === "running" ? found.startTime : undefined;
}

/** Only the mark counts: a person's own shell or editor may stand in the tree too. */
async function carriesMark(pid: string, marks: ReadonlySet<string>): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  return environment.split("\0").some((variable) => marks.has(variable));
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}
