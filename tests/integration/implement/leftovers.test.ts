import { expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { WORKTREE_VARIABLE } from "../../../src/core/leftoverProcesses.ts";
import { acquireLock } from "../../../src/recovery/lock.ts";
import { currentProcessIdentity } from "../../../src/recovery/processIdentity.ts";
import { listRuns, readRunEvents } from "../../../src/recovery/runStore.ts";
import { makeTrack, type Track, writesItsWord } from "../../support/track.ts";

const PROGRAM = join(import.meta.dir, "implementProcess.ts");
const CHAIN = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }];

/** Runs `implement` in a process of its own and kills it while the agent of T002 works. */
async function killWhileT002Works(track: Track): Promise<number> {
  const child = Bun.spawn(
    [process.execPath, PROGRAM, track.folder, track.repository.path, "tasks/BACKLOG.yaml", "agent", "T002"],
    { stdout: "pipe", stderr: "inherit" },
  );
  await child.stdout.getReader().read();
  child.kill("SIGKILL");
  await child.exited;
  return child.pid;
}

/** A command that lives on without whoever started it, as one of a killed host does. */
async function commandLivingOn(mark: string): Promise<{ readonly ended: Promise<unknown>; readonly kill: () => void }> {
  const child = spawn("sleep", ["300"], {
    detached: true,
    stdio: "ignore",
    env: { PATH: process.env.PATH ?? "", [WORKTREE_VARIABLE]: mark },
  });
  const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  await new Promise((resolve) => child.once("spawn", resolve));
  return { ended, kill: () => void child.kill("SIGKILL") };
}

async function plant(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "");
  await utimes(path, new Date(0), new Date(0));
  return path;
}

async function eventsOf(track: Track) {
  const { runs } = await track.state();
  const [latest = ""] = await listRuns(runs);
  const events = await readRunEvents(runs, latest);
  return events.ok ? events.value : expect.unreachable();
}

test.skipIf(process.platform !== "linux")(
  "what a killed process left is found and ended: commands in slot and gate, the agent's session, locks, unfinished files",
  async () => {
    await using track = await makeTrack({ tasks: CHAIN });
    const pid = await killWhileT002Works(track);
    const state = await track.state();
    const inSlot = await commandLivingOn(state.slotDirectory(1));
    const inGate = await commandLivingOn(state.gateDirectory(1));
    const foreign = await commandLivingOn(state.slotDirectory(9));
    const [run = ""] = await listRuns(state.runs);
    const locks = [
      await plant(join(state.controlGit, "refs/mac/tracks/words.lock")),
      await plant(join(state.indexes, "slot-1.lock")),
    ];
    const unfinished = [
      await plant(`${track.backlogFile}.${pid}-0123abcd.tmp`),
      await plant(join(state.runDirectory(run), "inbox", `1.json.${pid}-0123abcd.tmp`)),
    ];
    const others = [
      await plant(`${track.backlogFile}.${process.pid}-0123abcd.tmp`),
      await plant(join(dirname(track.backlogFile), `notes.md.${pid}-0123abcd.tmp`)),
      await plant(`${track.backlogFile}.mine.tmp`),
    ];

    const { report, runner, progress } = await track.implement(writesItsWord);

    try {
      expect(report.outcome).toEqual({ done: true });
      expect(await Promise.all([inSlot.ended, inGate.ended])).toEqual(["SIGKILL", "SIGKILL"]);
      expect(await Promise.race([foreign.ended, Promise.resolve("lives")])).toBe("lives");
      const slots = state.slotDirectory(1);
      expect(runner.leftSessions).toMatchObject([
        { sessions: ["session-2"], hostSessions: [], directories: expect.arrayContaining([slots]) },
      ]);
      expect(await eventsOf(track)).toContainEqual({
        type: "leftovers_cleared",
        sessions: ["session-2"],
        processes: 2,
        locks: locks.toSorted(),
      });
      expect(progress).toContain("had left: 1 session, 2 running commands, 2 git locks");
      expect([...locks, ...unfinished].filter((path) => existsSync(path))).toEqual([]);
      expect(others.filter((path) => !existsSync(path))).toEqual([]);
    } finally {
      foreign.kill();
    }
  },
);

test("a slot of the dead run that another live run has leased meanwhile is not looked into for sessions", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await killWhileT002Works(track);
  const state = await track.state();
  const identity = await currentProcessIdentity();
  const options = { identity, purpose: "implement others", timeoutMs: 0, clock: systemClock };
  const lease = await acquireLock(state.slotLease(1), options);
  if (!lease.ok) return expect.unreachable();
  try {
    const { runner, report } = await track.implement(writesItsWord);
    expect(report.outcome).toEqual({ done: true });
    expect(runner.leftSessions[0]?.directories).not.toContain(state.slotDirectory(1));
  } finally {
    await lease.value.release();
  }
});

test("a run says what it holds; where nothing was left, nothing is recorded", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await track.implement(writesItsWord);
  const events = await eventsOf(track);
  expect(events[0]).toMatchObject({ type: "run_started", slots: [1, 2], gate: 1, host_session: "host-session" });
  expect(events.map(({ type }) => type)).not.toContain("leftovers_cleared");
});
