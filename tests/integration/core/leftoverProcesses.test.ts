import { afterEach, beforeEach, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endLeftoverProcesses, WORKTREE_VARIABLE } from "../../../src/core/leftoverProcesses.ts";
import { runShellCommand } from "../../../src/core/shell.ts";

// Told by /proc, so there is nothing to test elsewhere.
const onLinux = test.skipIf(process.platform !== "linux");

let folder: string;
let worktree: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "mac-leftover-")));
  worktree = join(folder, "slot-1");
  await mkdir(join(worktree, "src"), { recursive: true });
  await mkdir(join(folder, "slot-10"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts a process in a session and group of its own, as a careful `nohup setsid … &` does. @returns its id */
async function leaveBehind(cwd: string, mark?: string): Promise<number> {
  const environment = { PATH: process.env.PATH ?? "", ...(mark === undefined ? {} : { [WORKTREE_VARIABLE]: mark }) };
  const child = spawn("sleep", ["300"], { cwd, detached: true, stdio: "ignore", env: environment });
  child.unref();
  await new Promise((resolve) => child.once("spawn", resolve));
  return child.pid ?? 0;
}

async function lives(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // A zombie has ended; its parent, this test, has not looked yet.
  return status !== "" && !/\) Z /.test(status);
}

onLinux(
  "what was started for the tree is ended wherever it went; a neighbour's and a person's shell are not",
  async () => {
    const inside = await leaveBehind(join(worktree, "src"), worktree);
    const movedAway = await leaveBehind("/", worktree);
    const neighbour = await leaveBehind(join(folder, "slot-10"), join(folder, "slot-10"));
    const visitor = await leaveBehind(worktree);
    try {
      expect(await endLeftoverProcesses(worktree)).toBe(2);
      expect(await Promise.all([inside, movedAway, neighbour, visitor].map(lives))).toEqual([false, false, true, true]);
    } finally {
      for (const pid of [neighbour, visitor]) process.kill(pid, "SIGKILL");
    }
  },
);

onLinux("a server that a command leaves behind in a session of its own is found by its mark", async () => {
  // It is in a session of its own before the command ends, or it would end with the command's group.
  const server = `setsid sh -c 'touch "$MAC_WORKTREE/up"; exec sleep 300' >/dev/null 2>&1 &`;
  const untilUp = 'while [ ! -e "$MAC_WORKTREE/up" ]; do sleep 0.01; done';
  const outcome = await runShellCommand(`cd / && { ${server} ${untilUp}; }`, {
    cwd: worktree,
    env: { PATH: process.env.PATH ?? "", [WORKTREE_VARIABLE]: worktree },
    timeoutMs: 10_000,
  });
  expect(outcome.end).toEqual({ reason: "exited", exitCode: 0 });
  expect(await endLeftoverProcesses(worktree)).toBe(1);
  expect(await endLeftoverProcesses(worktree)).toBe(0);
});
