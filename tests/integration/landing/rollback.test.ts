import { expect, test } from "bun:test";
import { systemClock } from "../../../src/core/clock.ts";
import { trackRef } from "../../../src/git/trackBranch.ts";
import { prepareRollback } from "../../../src/implementation/landing/compensation.ts";
import { planRollback } from "../../../src/implementation/landing/rollbackPlan.ts";
import { carryOut } from "../../../src/implementation/landing/rollbackRecord.ts";
import { startRun } from "../../../src/implementation/runOpening.ts";
import { acquireLock, type Lock } from "../../../src/recovery/lock.ts";
import { currentProcessIdentity } from "../../../src/recovery/processIdentity.ts";
import { tracksOfRuns } from "../../../src/recovery/runStore.ts";
import { makeTask } from "../../unit/backlog/fixtures.ts";
import { expectRefused, landedTrack, rollback, status, statuses, TASKS, wordsOn } from "./landedTrack.ts";
import { backlogText, type LandingPlace, NO_BAD, TRACK } from "./support.ts";

for (const ended of ["finished", "interrupted"] as const) {
  test(`after a run that is ${ended}: a task and what depends on it are taken back, in reverse, by verified commits`, async () => {
    await using place = await landedTrack({ ended });
    const before = place.git("rev-parse", "mac/words");

    const report = await rollback(place, { task: "T2" });

    expect(report.outcome).toEqual({ done: true });
    expect(report.text).toContain("T4, T2, pending again");
    expect(wordsOn(place)).toEqual(["words/T1", "words/T3", "words/first"]);
    expect(statuses(place)).toEqual({ T1: "complete", T2: "pending", T3: "complete", T4: "pending" });
    expect(place.git("rev-parse", "mac/words^1")).toBe(before);
    const steps = place.git("log", "--reverse", "--format=%s", "mac/words^1..mac/words^2").split("\n");
    expect(steps).toEqual(["Undo T4: Write T4", "Undo T2: Write T2"]);
    expect(await place.trackHead()).toBe(place.git("rev-parse", "mac/words"));
    expect(await place.allPass()).toBe(true);
    const told = await status(place);
    const [attempt] = (await status(place, "T4")).attempts;
    expect(attempt).toMatchObject({
      outcome: "failed",
      reason: "undone",
      message: "Asked for with rollback --task=T2.",
    });
    expect(told.run.state).toBe(ended === "finished" ? "incomplete" : "interrupted");
    expect(told.run.head).toBe(place.git("rev-parse", "mac/words"));
    expect(told.tasks.map((task: { status: string }) => task.status)).toEqual([
      "complete",
      "pending",
      "complete",
      "pending",
    ]);
  });
}

test("one task alone is undone by a plain commit, and not a second time", async () => {
  await using place = await landedTrack();
  await rollback(place, { task: "T3" });
  expect(place.landed().at(-1)).toBe("Undo T3: Write T3");
  expect(place.git("rev-list", "--parents", "-1", "mac/words").split(" ")).toHaveLength(2);
  await expectRefused(place, { task: "T3" }, "Nothing of T3 is on mac/words: it has been undone");
});

test("the user's branch that has the work stays, and the report says the line that takes the undoing", async () => {
  await using place = await landedTrack();
  place.git("merge", "-q", "--ff-only", "mac/words");
  const main = place.git("rev-parse", "main");
  const report = await rollback(place, { task: "T4" });
  expect(report.text).toContain("main still holds the work; to take the undoing there: git merge mac/words");
  expect(place.git("rev-parse", "main")).toBe(main);
  expect(wordsOn(place, "main")).toContain("words/T4");
  place.git("merge", "-q", "mac/words");
  expect(wordsOn(place, "main")).not.toContain("words/T4");
});

test("what landed later on the same lines and does not say that it depends is a conflict: nothing moves", async () => {
  await using place = await landedTrack({ write: { T3: { "words/T1": "T1 by T3\n" } } });
  await expectRefused(place, { task: "T1" }, /T1 cannot be undone: what landed later.*words\/T1.*Nothing was changed/s);
});

test("what makes verify fail is not undone: nothing moves", async () => {
  const verify = ["{ test -f words/T1 || ! test -f words/T3; }"];
  await using place = await landedTrack({ verify });
  await expectRefused(place, { task: "T1" }, /Without it .* failed.*Nothing was changed/s);
});

test("a command that fails on the branch already does not keep a task from being undone", async () => {
  const verify = ["{ test ! -f words/T1 || ! test -f words/T3; }", NO_BAD];
  await using place = await landedTrack({ verify: [] });
  place.sandbox.write(
    "user/tasks/BACKLOG.yaml",
    backlogText({ tasks: TASKS.map((task) => ({ ...task, status: "complete" })), verify }),
  );
  expect((await rollback(place, { task: "T4" })).outcome).toEqual({ done: true });
});

test("without verify, what proved the tasks that stay decides", async () => {
  await using place = await landedTrack({
    verify: [],
    write: { T1: { "words/T1": "T1\n", "words/T3": "T3\n" }, T3: {} },
  });
  await expectRefused(place, { task: "T1" }, /'test -f words\/T3' failed/);
  expect((await rollback(place, { task: "T2" })).outcome).toEqual({ done: true });
});

test("a task that is not known, one that has not landed, and a track at work are refused, named", async () => {
  await using place = await landedTrack();
  await expectRefused(place, { task: "T9" }, "No task 'T9' is known here");
  place.sandbox.write("user/tasks/BACKLOG.yaml", backlogText({ tasks: [...TASKS, { id: "T5" }] }));
  await expectRefused(place, { task: "T5" }, "Nothing of T5 is on mac/words: it has not landed (pending)");
  const { state } = place.place;
  const identity = await currentProcessIdentity();
  const purpose = "rollback words";
  const held = await acquireLock(state.trackLock(TRACK), { identity, purpose, timeoutMs: 0, clock: systemClock });
  if (!held.ok) throw new Error(held.failure.message);
  await expectRefused(place, { task: "T4" }, `"rollback words" is already running: process ${process.pid}`);
  await held.value.release();
});

test("tasks that an earlier run landed are undone too, and the journals tell it", async () => {
  await using place = await landedTrack();
  expect((await rollback(place, { task: "T4" })).outcome).toEqual({ done: true });
  expect((await rollback(place, { task: "T2" })).outcome).toEqual({ done: true });
  expect(wordsOn(place)).toEqual(["words/T1", "words/T3", "words/first"]);
  expect(await tracksOfRuns(place.place.state.runs)).toHaveLength(3);
});

/** The commit that takes a task back, verified; nothing is moved yet. */
async function preparedUndoing(place: LandingPlace, task: string) {
  const { control, state, user } = place.place;
  const backlog = { tasks: TASKS.map(({ id, depends_on = [] }) => makeTask({ id, depends_on })) };
  const head = (await place.trackHead()) ?? "";
  const sources = { control, runs: state.runs, trackId: TRACK, backlog, head };
  const plan = await planRollback({ kind: "task", task }, sources);
  if (!plan.ok) throw new Error(plan.failure);
  const signal = new AbortController().signal;
  const options = { control, gate: place.gate, author: user.identity, checks: [], signal };
  const prepared = await prepareRollback(plan.value, options);
  if (!prepared.ok) throw new Error(prepared.failure.reason);
  return prepared.value;
}

test("cut off right after the branch moved: asked again, the undoing is shown and not done twice", async () => {
  await using place = await landedTrack({ ended: "interrupted" });
  const { control } = place.place;
  const undo = await preparedUndoing(place, "T4");
  const recorder = Object.assign(place.recorder, { record: () => Promise.reject(new Error("killed")) });
  // A run that is at work has not come to rest: so does the one that dies here.
  const opened = await place.reopen();
  await opened.record({ type: "run_resumed" });
  await opened.close();
  await expect(carryOut(undo, { control, recorder, trackRef: trackRef(TRACK) })).rejects.toThrow("killed");
  expect(statuses(place).T4).toBe("complete");

  expect((await rollback(place, { task: "T4" })).outcome).toEqual({ done: true });

  expect(statuses(place).T4).toBe("pending");
  expect(place.git("rev-parse", "mac/words")).toBe(undo.commit);
  expect(await place.trackHead()).toBe(undo.commit);
  await expectRefused(place, { task: "T4" }, "it has been undone");
});

test("cut off likewise after a finished run, for whose undoing a run of its own had begun: nothing differs", async () => {
  await using place = await landedTrack();
  const { control, state } = place.place;
  const head = (await place.trackHead()) ?? "";
  const undo = await preparedUndoing(place, "T4");
  const lock = { ...place.lock, epoch: 9, assertOwned: async () => undefined } as Lock;
  const log = await startRun(
    { state, control, clock: systemClock, lock, author: place.place.user.identity },
    {
      backlog: { version: 1, track_id: TRACK, title: "", verify: [], setup: [], tasks: [] },
      backlogFile: "tasks/BACKLOG.yaml",
      tasks: [{ id: "T4" }],
      head,
      userBranch: "main",
      workers: 0,
    },
  );
  await log.close();
  expect(await control.updateRef(trackRef(TRACK), undo.commit, head)).toMatchObject({ ok: true });

  expect((await rollback(place, { task: "T4" })).outcome).toEqual({ done: true });

  expect(statuses(place).T4).toBe("pending");
  expect(place.git("rev-parse", "mac/words")).toBe(undo.commit);
  await expectRefused(place, { task: "T4" }, "it has been undone");
  expect((await rollback(place, { task: "T2" })).outcome).toEqual({ done: true });
  expect(wordsOn(place)).toEqual(["words/T1", "words/T3", "words/first"]);
});
