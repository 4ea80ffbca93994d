import { expect, test } from "bun:test";
import type { ControlRepository } from "../../../src/git/controlRepository.ts";
import { trackRef } from "../../../src/git/trackBranch.ts";
import type { TaskState } from "../../../src/recovery/taskState.ts";
import { DyingRecorder, LandingPlace, NO_BAD, TRACK, taskOf } from "./support.ts";

const IDS = ["T1", "T2", "T3", "T4", "T5"];

test("while verify is what tasks wait for, more and more are verified together; each keeps a commit of its own", async () => {
  await using place = await LandingPlace.make(IDS);
  const landings = await place.works(IDS);

  const ended = await place.landBehindSlowVerify(place.queue(), landings);

  expect(ended.map((one) => one.status === "fulfilled" && one.value.ok)).toEqual([true, true, true, true, true]);
  expect(place.gate.checked.map(({ files }) => files.length - 1)).toEqual([1, 3, 5]);
  expect(place.landed()).toEqual(["T1: Write T1", "Land T2, T3, verified together", "Land T4, T5, verified together"]);
  const own = place.git(
    "log",
    "--no-merges",
    "--format=%(trailers:key=Mac-Task,valueonly,separator=%x2C)",
    "main..mac/words",
  );
  expect(own.split("\n").sort()).toEqual(IDS);
  for (const { id, landedCommit = "" } of place.log.state.tasks.values()) {
    expect(place.git("log", "-1", "--format=%s", landedCommit)).toBe(`${id}: Write ${id}`);
    expect(place.git("diff", "--name-only", `${landedCommit}^`, landedCommit)).toBe(`words/${id}`);
  }
  expect(place.log.state.head).toBe(place.git("rev-parse", "mac/words"));
  expect(place.git("rev-parse", "mac/words")).toBe((await place.trackHead()) ?? "");
  expect(await place.allPass()).toBe(true);
});

test("a verify that is quicker than landing itself is run for each task", async () => {
  await using place = await LandingPlace.make(["T1", "T2", "T3"]);
  const landings = await place.works(["T1", "T2", "T3"]);
  const queue = place.queue();
  await Promise.all(landings.map((landing) => queue.land(landing)));
  expect(place.landed()).toEqual(["T1: Write T1", "T2: Write T2", "T3: Write T3"]);
});

test("of tasks verified together the one to blame fails alone, and the others land", async () => {
  const ids = [...IDS, "T6", "T7"];
  await using place = await LandingPlace.make(ids);
  const landings = await place.works(ids, (id) => (id === "T6" ? "BAD\n" : `${id}\n`));

  const ended = await place.landBehindSlowVerify(place.queue(), landings);

  const failed = ended.map((one) =>
    one.status === "fulfilled" && !one.value.ok ? one.value.failure.reason : "landed",
  );
  expect(failed).toEqual(["landed", "landed", "landed", "landed", "landed", "verify_failed", "landed"]);
  expect(await place.allPass()).toBe(true);
  expect(place.git("ls-tree", "-r", "--name-only", "mac/words").split("\n")).not.toContain("words/T6");
});

test("two that pass alone and break verify only together: one lands, the other fails", async () => {
  await using place = await LandingPlace.make(["T1", "T2", "T3"]);
  const landings = await place.works(["T1", "T2", "T3"]);
  const queue = place.queue({ verify: ["! { test -f words/T2 && test -f words/T3; }"] });
  const ended = await place.landBehindSlowVerify(queue, landings);
  const outcomes = ended.map((one) => one.status === "fulfilled" && one.value.ok);
  expect(outcomes).toEqual([true, true, false]);
  expect(place.landed()).toEqual(["T1: Write T1", "T2: Write T2"]);
});

test("the same lines: against the branch it is a conflict with its path, against a task that then fails it is none", async () => {
  await using place = await LandingPlace.make(["T1", "T2", "T3", "T4"], { "words/shared": "one\n" });
  const landings = [
    await place.work("T1", { "words/T1": "T1\n" }),
    await place.work("T2", { "words/shared": "BAD two\n" }),
    await place.work("T3", { "words/shared": "three\n" }),
    await place.work("T4", { "words/shared": "four\n" }),
  ];
  const ended = await place.landBehindSlowVerify(place.queue(), landings);
  expect(ended.map((one) => (one.status === "fulfilled" ? one.value : "rejected"))).toMatchObject([
    { ok: true },
    { ok: false, failure: { reason: "verify_failed" } },
    { ok: true },
    { ok: false, failure: { reason: "conflict", paths: ["words/shared"] } },
  ]);
  expect(place.git("show", "mac/words:words/shared")).toBe("three");
});

test("without verify, the acceptance of all that is verified together decides", async () => {
  await using place = await LandingPlace.make(["T1", "T2", "T3"]);
  const landings = (await place.works(["T1", "T2", "T3"])).map((landing) => ({
    ...landing,
    task: taskOf(landing.task.id, [landing.task.id === "T3" ? "! test -f words/T2" : NO_BAD]),
  }));
  const ended = await place.landBehindSlowVerify(place.queue({ verify: [] }), landings);
  expect(ended.map((one) => one.status === "fulfilled" && one.value.ok)).toEqual([true, true, false]);
});

test("interrupted while it verifies: none of the batch lands, nothing is left waiting", async () => {
  await using place = await LandingPlace.make(IDS);
  const landings = await place.works(IDS);
  const queue = place.queue();
  place.gate.onCheck = (count) => {
    place.time += 1_000;
    if (count === 2) place.abort.abort();
  };
  const ended = await Promise.all(landings.map((landing) => queue.land(landing)));
  expect(ended.map((one) => one.ok)).toEqual([true, false, false, false, false]);
  expect(ended[4]).toMatchObject({ failure: { reason: "interrupted" } });
  expect(place.landed()).toEqual(["T1: Write T1"]);
});

test("what else moves the head waits for the landing under way, and landings wait for it", async () => {
  await using place = await LandingPlace.make(["T1", "T2"]);
  const [first, second] = await place.works(["T1", "T2"]);
  if (first === undefined || second === undefined) throw new Error("no work");
  const queue = place.queue();
  const order: string[] = [];
  await Promise.all([
    queue.land(first).then(() => order.push("T1")),
    queue.between(async () => {
      order.push(`between, at ${place.landed().length}`);
    }),
    queue.land(second).then(() => order.push("T2")),
  ]);
  expect(order).toEqual(["T1", "between, at 1", "T2"]);
});

// Two landings together: intended, intended, the ref, landed, landed. Before each of these, and right after the ref.
for (const dies of [0, 1, 2, 3]) {
  test(`killed before record ${dies + 1} of a batch: taken up, each task has landed or is about to again`, async () => {
    await using place = await LandingPlace.make(["T1", "T2", "T3"]);
    const landings = await place.works(["T1", "T2", "T3"]);
    const recorder = new DyingRecorder(place.log, 2 + dies);

    const ended = await place.landBehindSlowVerify(place.queue({ recorder }), landings);
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    const { state } = await place.takeUp();

    const hasLanded = dies >= 2;
    const head = await place.trackHead();
    expect(state.head).toBe(head);
    for (const id of ["T2", "T3"]) {
      expect(isToLand(state.tasks.get(id))).toBe(!hasLanded);
      expect(state.tasks.get(id)?.phase === "complete").toBe(hasLanded);
      const own = state.tasks.get(id)?.landedCommit;
      if (hasLanded) expect(await place.control.messageOf(own ?? "")).toStartWith(`${id}: Write ${id}`);
    }
    expect(state.tasks.get("T1")?.phase).toBe("complete");
  });
}

test("killed when the ref would move, or has just moved: the branch says which", async () => {
  for (const moves of [false, true]) {
    await using place = await LandingPlace.make(["T1"]);
    const [landing] = await place.works(["T1"]);
    if (landing === undefined) throw new Error("no work");
    const control = new Proxy(place.control, {
      get(target, name) {
        if (name !== "updateRef") return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
        return async (...args: Parameters<ControlRepository["updateRef"]>) => {
          if (moves) await target.updateRef(...args);
          throw new Error("killed");
        };
      },
    });
    expect(place.queue({ control }).land(landing)).rejects.toThrow("killed");
    await place.queue({ control }).between(async () => undefined);
    const { state } = await place.takeUp();
    expect(isToLand(state.tasks.get("T1"))).toBe(!moves);
    expect(state.tasks.get("T1")?.phase === "complete").toBe(moves);
    expect(state.head).toBe((await place.control.readRef(trackRef(TRACK))) ?? "");
  }
});

/** It has passed, and nobody has to be asked before it lands. */
function isToLand(task: TaskState | undefined): boolean {
  return task?.verified === true && (task.phase === "verifying" || task.phase === "landing");
}
