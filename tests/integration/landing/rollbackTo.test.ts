import { expect, test } from "bun:test";
import { trackRef } from "../../../src/git/trackBranch.ts";
import { prepareRollback } from "../../../src/implementation/landing/compensation.ts";
import { planRollback } from "../../../src/implementation/landing/rollbackPlan.ts";
import { carryOut } from "../../../src/implementation/landing/rollbackRecord.ts";
import { expectRefused, landedTrack, rollback, status, statuses, wordsOn } from "./landedTrack.ts";
import { DyingRecorder, type LandingPlace, NO_BAD, TRACK } from "./support.ts";

const ALL = { T1: "complete", T2: "complete", T3: "complete", T4: "complete" };
const treeOf = (place: LandingPlace, commit: string) => place.git("rev-parse", `${commit}^{tree}`);

/** The line of a report that takes the rollback back, as a person would type it. */
function wayBack(text: string): string {
  const [, to = ""] = /^To take this rollback back: opencode run rollback -- --to=(\S+)$/m.exec(text) ?? [];
  expect(text.endsWith(`--to=${to}`)).toBe(true);
  return to;
}

/** And nothing else: the backlog is in no commit. */
function commitFile(place: LandingPlace, file: string, message: string): void {
  place.sandbox.write(`user/${file}`, `${message}\n`);
  place.git("add", file);
  place.git("commit", "-q", "-m", message);
}

/** A person commits a file on the track's branch, and leaves it again. */
function commitOnBranch(place: LandingPlace): void {
  place.git("switch", "-q", "mac/words");
  commitFile(place, "mine.txt", "Mine");
  place.git("switch", "-q", "main");
}

for (const ended of ["finished", "interrupted"] as const) {
  test(`after a run that is ${ended}: the branch is what it was after a task landed, and that can be taken back`, async () => {
    await using place = await landedTrack({ ended });
    const before = place.git("rev-parse", "mac/words");

    const report = await rollback(place, { to: "T2" });

    expect(report.outcome).toEqual({ done: true });
    expect(report.text).toContain("Undone: T4, T3, pending again.");
    expect(wordsOn(place)).toEqual(["words/T1", "words/T2", "words/first"]);
    expect(statuses(place)).toEqual({ ...ALL, T3: "pending", T4: "pending" });
    expect(place.git("rev-parse", "mac/words^")).toBe(before);
    expect(await place.trackHead()).toBe(place.git("rev-parse", "mac/words"));
    expect((await status(place)).run.state).toBe(ended === "finished" ? "incomplete" : "interrupted");

    const again = await rollback(place, { to: wayBack(report.text) });

    expect(again.text).toContain("Brought back: T3, T4, complete again.");
    expect(treeOf(place, "mac/words")).toBe(treeOf(place, before));
    expect(statuses(place)).toEqual(ALL);
    expect((await rollback(place, { task: "T4" })).text).toContain("T4, pending again");
    expect(wordsOn(place)).not.toContain("words/T4");
    expect(await place.allPass()).toBe(true);
  });
}

test("the track's base is a place to go back to, named by a short id, and what was undone before is brought back", async () => {
  await using place = await landedTrack();
  const base = place.git("rev-parse", "main");
  const undone = await rollback(place, { task: "T3" });
  await rollback(place, { to: base.slice(0, 7) });
  expect(treeOf(place, "mac/words")).toBe(treeOf(place, base));
  expect(Object.values(statuses(place))).toEqual(Array(4).fill("pending"));

  await rollback(place, { to: wayBack(undone.text) });

  expect(statuses(place)).toEqual(ALL);
  expect((await rollback(place, { to: wayBack(undone.text) })).text).toContain("already: nothing was changed");
});

test("commits of people that are taken back with the rest are named", async () => {
  await using place = await landedTrack();
  commitOnBranch(place);
  const { text } = await rollback(place, { to: "T3" });
  expect(text).toMatch(/Taken back with it, commits of people: [0-9a-f]{9} \(Mine\)\./);
  expect(place.git("ls-tree", "--name-only", "mac/words")).not.toContain("mine.txt");
  await rollback(place, { to: wayBack(text) });
  expect(place.git("ls-tree", "--name-only", "mac/words")).toContain("mine.txt");
});

test("the user's later commits on top of the work are not taken along", async () => {
  await using place = await landedTrack();
  place.git("merge", "-q", "--ff-only", "mac/words");
  commitFile(place, "later.txt", "Later");
  const { text } = await rollback(place, { to: "T2" });
  expect(text).toContain("to take the undoing there: git merge mac/words (main has gone on since: it may conflict)");
  place.git("merge", "-q", "--no-edit", "mac/words");
  expect(place.git("ls-tree", "--name-only", "main")).toContain("later.txt");
  expect(wordsOn(place, "main")).toEqual(["words/T1", "words/T2", "words/first"]);
});

test("what is no commit of the branch and no landed task is refused with what there is", async () => {
  await using place = await landedTrack();
  await expectRefused(
    place,
    { to: "0123abc" },
    /No commit 0123abc is on mac\/words; the latest are .*\(T4: Write T4\)/s,
  );
  await expectRefused(place, { to: "nothing" }, /'nothing' is no task, and no commit of mac\/words/);
  place.git("switch", "-q", "--detach");
  commitFile(place, "other.txt", "Other");
  const other = place.git("rev-parse", "HEAD");
  await expectRefused(place, { to: other }, `No commit ${other} is on mac/words`);
  await expectRefused(place, { to: "T2", task: "T2" }, "--task and --to do not go together");
  await expectRefused(place, {}, "What is to be rolled back is missing: expected --task");
});

test("what does not pass verify is not gone back to", async () => {
  await using place = await landedTrack({ verify: ["test -f words/first"], write: { T4: { "words/T4": "T4\n" } } });
  await place.sandbox.write(
    "user/tasks/BACKLOG.yaml",
    (await Bun.file(`${place.place.user.root}/tasks/BACKLOG.yaml`).text()).replace(
      "test -f words/first",
      "test -f words/T4",
    ),
  );
  await expectRefused(place, { to: "T3" }, /As it was at [0-9a-f]{9} .*test -f words\/T4.*Nothing was changed/s);
});

for (const recorded of [0, 1, 2]) {
  test(`cut off after the branch moved, with ${recorded} of its 2 events in the journal: all of it counts`, async () => {
    await using place = await landedTrack({ ended: "interrupted" });
    const { control, state, user } = place.place;
    const full = place.git("rev-parse", "mac/words");
    await rollback(place, { task: "T3" });
    const log = await place.reopen();
    // A run that is at work has not come to rest: so does the one that dies here.
    await log.record({ type: "run_resumed" });
    const head = (await place.trackHead()) ?? "";
    const sources = { control, runs: state.runs, trackId: TRACK, backlog: { tasks: [] }, head };
    const plan = await planRollback({ kind: "to", to: "T3" }, sources);
    if (!plan.ok) throw new Error(plan.failure);
    const signal = new AbortController().signal;
    const options = { control, gate: place.gate, author: user.identity, checks: [NO_BAD], signal };
    const made = await prepareRollback(plan.value, options);
    if (!made.ok) throw new Error(made.failure.reason);
    const dying = new DyingRecorder(log, recorded);
    const moving = carryOut(made.value, { control, recorder: dying, trackRef: trackRef(TRACK) });
    if (recorded < 2) await expect(moving).rejects.toThrow("killed");
    else await moving;
    await log.close();

    const report = await rollback(place, { to: full.slice(0, 9) });

    expect(report.text).toContain("Brought back: T4, complete again.");
    expect(statuses(place)).toEqual(ALL);
    expect(treeOf(place, "mac/words")).toBe(treeOf(place, full));
  });
}
