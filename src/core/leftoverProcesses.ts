import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** One second in all: longer lives only what the kernel itself holds. */
const MOST_LOOKS = 40;
const BETWEEN_LOOKS_MS = 25;

/** The variable that marks every command started in a work tree of ours, and all it starts: the path of the tree. */
export const WORKTREE_VARIABLE = "MAC_WORKTREE";

/**
 * Ends, with SIGKILL, every process that was started for the work tree `directory` and lives on: that carries its path in
 * `MAC_WORKTREE`. A server or watcher that an agent left behind, in a session and group of its own, would write into the
 * next task's files. Only processes of this user can be seen, and only on Linux; elsewhere nothing is found.
 * @returns how many were ended
 */
export async function endLeftoverProcesses(directory: string): Promise<number> {
  const ended = new Set<string>();
  // A killed process goes on for a moment, and one that was about to start another may have done so: look again.
  for (let look = 1; look <= MOST_LOOKS; look++) {
    const leftovers = await findLeftovers(directory);
    if (leftovers.length === 0) break;
    for (const pid of leftovers) endProcess(pid, ended);
    await wait(BETWEEN_LOOKS_MS);
  }
  return ended.size;
}

async function findLeftovers(directory: string): Promise<string[]> {
  const pids = (await namesIn("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const belongs = await Promise.all(pids.map((pid) => belongsTo(pid, directory)));
  return pids.filter((_, index) => belongs[index]);
}

function endProcess(pid: string, ended: Set<string>): void {
  try {
    process.kill(Number(pid), "SIGKILL");
    ended.add(pid);
  } catch {
    // ESRCH: it ended by itself meanwhile.
  }
}

/** Only the mark counts: a person's own shell or editor may stand in the tree too. */
async function belongsTo(pid: string, directory: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  return environment.split("\0").includes(`${WORKTREE_VARIABLE}=${directory}`);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}
