import { expect, spyOn, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { ControlRepository } from "../../../src/git/controlRepository.ts";
import { leaveRequest } from "../../../src/recovery/inbox.ts";
import { listRuns } from "../../../src/recovery/runStore.ts";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";

const CHAIN = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }, { id: "T003", depends_on: ["T002"] }];
const PROGRAM = join(import.meta.dir, "implementProcess.ts");

function start(track: Track, ...args: readonly string[]) {
  return Bun.spawn([process.execPath, PROGRAM, track.folder, track.repository.path, ...args], {
    stdout: "pipe",
    stderr: "inherit",
  });
}

/** Starts `implement` in a process of its own and kills it, with no chance to clean up, where it halts. */
async function killAt(track: Track, place: string, task: string, backlog = "tasks/BACKLOG.yaml"): Promise<void> {
  const child = start(track, backlog, place, task);
  try {
    const { value } = await child.stdout.getReader().read();
    expect(new TextDecoder().decode(value)).toBe(`halted ${place}\n`);
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
}

/** Where the process halts, in the life of which of the three tasks, and which of them need no agent any more then. */
const PLACES: Record<string, readonly [place: string, task: string, done: readonly string[]]> = {
  "while its agent works": ["agent", "T002", ["T001"]],
  "before its agent was asked": ["event:attempt_started", "T002", ["T001"]],
  "after its work was saved": ["event:work_captured", "T002", ["T001", "T002"]],
  "after its work was found good": ["event:verification_finished", "T002", ["T001", "T002"]],
  "between the intent to land and the landing": ["event:landing_intended", "T002", ["T001", "T002"]],
  "between the landing and its record": ["moved", "T002", ["T001", "T002"]],
  "between the landing's record and the user's branch": ["event:task_landed", "T002", ["T001", "T002"]],
  "after the user's branch has moved": ["event:branch_published", "T001", ["T001"]],
};

for (const [when, [place, task, done]] of Object.entries(PLACES)) {
  test(`killed ${when}: the next implement finishes, and nothing that was done is done again`, async () => {
    await using track = await makeTrack({ tasks: CHAIN });
    const { repository } = track;
    const base = await repository.git("rev-parse", "HEAD");
    await killAt(track, place, task);

    const { report, runner } = await track.implement(writesItsWord);

    expect(report.outcome).toEqual({ done: true });
    expect(runner.tasks).toEqual(["T001", "T002", "T003"].filter((id) => !done.includes(id)));
    expect(await track.landed(base)).toEqual(CHAIN.map(({ id }) => `${id}: Write ${fileOf(id)}`));
    expect(await repository.git("diff", "--name-only", base, "main")).toBe(
      CHAIN.map(({ id }) => fileOf(id)).join("\n"),
    );
    expect(Object.values(await track.statuses())).toEqual(Array(3).fill("complete"));
    expect(await repository.git("rev-parse", "mac/words")).toBe(await repository.git("rev-parse", "main"));
    expect(await track.heldLocks()).not.toContain("track-words.lock");
  });
}

test("killed at the very end, before the run was closed: the next implement closes it and moves the branch", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  await killAt(track, "event:branch_published", "T001");
  const { report, runner } = await track.implement(writesItsWord);
  expect(runner.tasks).toEqual([]);
  expect(report.outcome).toEqual({ done: true });
  expect(await track.repository.git("rev-parse", "main")).toBe(await track.repository.git("rev-parse", "mac/words"));
});

test("killed after a landing whose status was never written, then the backlog edited: nothing is done again", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const base = await track.repository.git("rev-parse", "HEAD");
  const original = await readFile(track.backlogFile, "utf8");
  await killAt(track, "event:task_landed", "T001");
  await track.editBacklog(() =>
    original.replace("Write one word into words/t003.txt", "Write a word into words/t003.txt"),
  );

  const { report, runner } = await track.implement(writesItsWord);

  expect(runner.tasks).toEqual(["T002", "T003"]);
  expect(report.outcome).toEqual({ done: true });
  expect(await track.landed(base)).toHaveLength(3);
});

test("killed after its work was saved: that work stays under a ref of its own", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  await killAt(track, "event:work_captured", "T001");
  await track.implement(writesItsWord);
  const control = await track.control();
  const archived = await control.git("for-each-ref", "--format=%(refname)", "refs/mac/attempts");
  expect(archived).toMatch(/^refs\/mac\/attempts\/[^/]+\/T001\/1$/);
  expect(await control.git("show", `${archived}:${fileOf("T001")}`)).toBe("word");
});

test("killed after a checkpoint: the next agent finds what was made, is told so, and lands all of it", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", files: ["words/*.txt"] }] });
  await killAt(track, "event:checkpoint_taken", "T001");
  let found = "";
  const { report, runner } = await track.implement(async (agent) => {
    found = await readFile(join(agent.directory, "words/half.txt"), "utf8");
    await agent.write({ "words/rest.txt": "rest\n" });
    return undefined;
  });
  expect(report.outcome).toEqual({ done: true });
  expect(found).toBe("half\n");
  expect(runner.agents[0]?.prompt).toContain("What it made is in the work tree (words/half.txt)");
  expect(await track.repository.git("show", "main:words/half.txt")).toBe("half");
  expect(await track.repository.git("show", "main:words/rest.txt")).toBe("rest");
});

/** Finishes the track with agents that add to what they find. @returns what each found in its file, and was told */
async function addsToWhatIsThere(track: Track, backlogFile = "tasks/BACKLOG.yaml") {
  const found: Record<string, string> = {};
  const { report, runner } = await track.implement(
    async (agent) => {
      const file = join(agent.directory, fileOf(agent.task));
      found[agent.task] = await readFile(file, "utf8").catch(() => "nothing");
      await agent.write({ [fileOf(agent.task)]: "word\n" });
      return undefined;
    },
    // What lands must not move the base of a track that has nothing on its branch yet.
    { flags: { backlogFile }, options: { merge: "branch" } },
  );
  expect(report.outcome).toEqual({ done: true });
  return { found, prompts: runner.agents.map(({ prompt }) => prompt) };
}

/** A second backlog of the repository: the same chain, as U001 to U003. */
async function addOthers(track: Track): Promise<string> {
  const text = (await readFile(track.backlogFile, "utf8")).replaceAll("t00", "u00").replaceAll("T00", "U00");
  await track.repository.write({ "tasks/OTHERS.yaml": text.replace("track_id: words", "track_id: others") });
  await track.repository.commit("Others");
  return "tasks/OTHERS.yaml";
}

test("killed before anything was saved: the next agent finds what was written, is told so, and goes on with it", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await killAt(track, "agent", "T002");
  const { found, prompts } = await addsToWhatIsThere(track);
  expect(found).toEqual({ T002: "half of T002\n", T003: "nothing" });
  expect(prompts[0]).toContain("What it made is in the work tree (words/t002.txt)");
  const control = await track.control();
  const pinned = await control.git("for-each-ref", "--format=%(refname)", "refs/mac/unsaved");
  expect(pinned).toMatch(/^refs\/mac\/unsaved\/[^/]+\/T002\/1$/);
  expect(await control.git("show", `${pinned}:${fileOf("T002")}`)).toBe("half of T002");
});

test("killed, and its slot used by another track, which was killed too: each finds its own again, and nothing else", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const others = await addOthers(track);
  await killAt(track, "agent", "T001");
  await killAt(track, "agent", "U001", others);

  const words = await addsToWhatIsThere(track);
  const second = await addsToWhatIsThere(track, others);

  expect(words.found).toEqual({ T001: "half of T001\n", T002: "nothing", T003: "nothing" });
  expect(second.found).toEqual({ U001: "half of U001\n", U002: "nothing", U003: "nothing" });
  const made = "refs/mac/unsaved";
  const control = await track.control();
  const refs = (await control.git("for-each-ref", "--format=%(refname)", made)).split("\n");
  const kept = await Promise.all(refs.map((ref) => control.git("show", "--format=", "--name-only", ref)));
  expect(kept.toSorted()).toEqual([fileOf("T001"), fileOf("U001")]);
});

test("a slot that is another attempt's by its record is nobody else's: the next agent starts clean", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await killAt(track, "agent", "T001");
  const { slotHolder } = await track.state();
  const record = await readFile(slotHolder(1), "utf8");
  await writeFile(slotHolder(1), record.replace('"attempt":1', '"attempt":2'));
  expect((await addsToWhatIsThere(track)).found).toMatchObject({ T001: "nothing" });
});

test("what cannot be saved is told once, and the run goes on without it", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  await killAt(track, "agent", "T001");
  const failing = spyOn(ControlRepository.prototype, "snapshot");
  failing.mockRejectedValueOnce(new Error("EIO: words/t001.txt cannot be read"));
  try {
    const { report, progress } = await track.implement(writesItsWord);
    expect(report.outcome).toEqual({ done: true });
    const told = "what T001 had not handed in could not be saved from ";
    expect(progress.split(told)).toHaveLength(2);
    expect(progress).toContain("(EIO: words/t001.txt cannot be read)");
  } finally {
    failing.mockRestore();
  }
});

test("killed twice in a row", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const base = await track.repository.git("rev-parse", "HEAD");
  await killAt(track, "moved", "T001");
  await killAt(track, "event:landing_intended", "T002");
  const { report } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(await track.landed(base)).toHaveLength(3);
  const spawns = (await readFile(join(track.folder, "spawns"), "utf8")).trimEnd().split("\n");
  expect(spawns).toEqual(["T001", "T002"]);
});

test("killed between a rollback that was asked for and its record: what was taken back is done again, once", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const base = await track.repository.git("rev-parse", "HEAD");
  const abort = new AbortController();
  await track.implement(
    scripted({
      T003: async (agent) => {
        abort.abort();
        return agent.hang();
      },
    }),
    { signal: abort.signal },
  );
  const { runs, runDirectory } = await track.state();
  const [run = ""] = await listRuns(runs);
  await leaveRequest(runDirectory(run), systemClock, { kind: "rollback", task: "T002" });
  // The first that moves the track's head in that process is the rollback.
  await killAt(track, "moved", "T001");

  const { report, runner } = await track.implement(writesItsWord);

  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks).toEqual(["T002", "T003"]);
  const subjects = CHAIN.map(({ id }) => `${id}: Write ${fileOf(id)}`);
  expect(await track.landed(base)).toEqual([
    ...subjects.slice(0, 2),
    `Undo T002: Write ${fileOf("T002")}`,
    ...subjects.slice(1),
  ]);
  expect(Object.values(await track.statuses())).toEqual(Array(3).fill("complete"));
});

test("a second implement of a track at work is told who is at it; once that was killed it goes ahead", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const child = start(track, "tasks/BACKLOG.yaml", "agent", "T001");
  try {
    await child.stdout.getReader().read();
    await expect(track.implement(writesItsWord)).rejects.toThrow(
      `"implement words" is already running: process ${child.pid}`,
    );
    expect(await track.repository.git("rev-list", "--count", "mac/words")).toBe("1");
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
  const { report } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
});

test("two tracks at once, in two processes: both finish, and no slot is shared", async () => {
  await using track = await makeTrack({ tasks: CHAIN.slice(0, 2) });
  const { repository } = track;
  const other = (await readFile(track.backlogFile, "utf8"))
    .replaceAll("t00", "u00")
    .replace("track_id: words", "track_id: others");
  await repository.write({ "tasks/OTHERS.yaml": other });
  const base = await repository.git("rev-parse", "HEAD");

  const children = [start(track), start(track, "tasks/OTHERS.yaml")];
  const outputs = await Promise.all(children.map((child) => new Response(child.stdout).text()));
  const [words, others] = outputs.map((text) => JSON.parse(text) as { outcome: unknown; directories: string[] });

  expect(words?.outcome).toEqual({ done: true });
  expect(await track.landed(base, "mac/words")).toHaveLength(2);
  expect(others?.directories.filter((directory) => words?.directories.includes(directory))).toEqual([]);
  expect(await track.heldLocks()).toEqual([]);
});
