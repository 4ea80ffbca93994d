import { expect, test } from "bun:test";
import { statusRows, summariseRun } from "../../../src/commands/statusRows.ts";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import { RunProjection } from "../../../src/recovery/runState.ts";
import type { Backlog, Task, TaskStatus } from "../../../src/types.ts";
import { attempt, attemptFailed, finished, session, started, wholeTask } from "../recovery/runEventSamples.ts";

const task = (id: string, status: TaskStatus, ...depends: string[]): Task => ({
  id,
  title: `Do ${id}`,
  description: "",
  depends_on: depends,
  files: [],
  reads: [],
  context: "",
  acceptance: [],
  allow_empty: false,
  network: false,
  status,
});

const backlog = (...tasks: Task[]): Backlog => ({
  version: 1,
  track_id: "feature",
  title: "A feature",
  verify: [],
  setup: [],
  tasks,
});

function runOf(...events: RunEvent[]) {
  const projection = new RunProjection();
  for (const event of events) expect(projection.apply(event)).toMatchObject({ ok: true });
  return { id: "run", state: projection.state, answered: new Set<string>() };
}

const shown = (sources: Parameters<typeof statusRows>[0]) =>
  statusRows(sources).map(({ id, status, phase, waits_for }) => [id, status, phase, waits_for.join(",")].join(" "));

const FILE = backlog(task("T1", "in_progress"), task("T2", "pending", "T1"), task("T3", "pending", "T1", "T2"));

test("under way the run says how far a task is; a task waits for what is not complete", () => {
  const run = runOf(started("T1", "T2", "T3"), ...wholeTask("T1"), attempt("T2"), session("T2"));
  expect(summariseRun({ backlog: FILE, run, process: 7 })).toMatchObject({
    state: "under_way",
    process: 7,
    head: "landed-T1",
  });
  expect(shown({ backlog: FILE, run, process: 7 })).toEqual([
    "T1 complete complete ",
    "T2 in_progress working ",
    "T3 pending ready T2",
  ]);
});

test("cut off, the file says it, but what landed counts although the file does not show it", () => {
  const run = runOf(started("T1", "T2", "T3"), ...wholeTask("T1"), attempt("T2"), session("T2"));
  expect(summariseRun({ backlog: FILE, run, process: undefined })).toMatchObject({
    state: "interrupted",
    process: null,
  });
  expect(shown({ backlog: FILE, run, process: undefined })).toEqual([
    "T1 complete  ",
    "T2 pending  ",
    "T3 pending  T2",
  ]);
});

test("after a run that ended a task that a person set back is pending", () => {
  const run = runOf(started("T1"), ...wholeTask("T1"), finished);
  expect(shown({ backlog: backlog(task("T1", "pending")), run, process: 7 })).toEqual(["T1 pending  "]);
});

test("a task that only the run knows comes after the file's, with what it failed of", () => {
  const run = runOf(started("T9"), attempt("T9"), attemptFailed("T9"));
  const rows = statusRows({ backlog: backlog(task("T1", "pending")), run, process: undefined });
  expect(rows.map(({ id, title, reason, tokens }) => [id, title, reason, tokens])).toEqual([
    ["T1", "Do T1", null, 0],
    ["T9", "", "2 tests fail", 0],
  ]);
});

test("ten thousand tasks are rows in well under a second", () => {
  const tasks = Array.from({ length: 10_000 }, (_, index) =>
    task(`T${index}`, "pending", `T${Math.max(0, index - 1)}`),
  );
  const begun = performance.now();
  expect(statusRows({ backlog: backlog(...tasks), run: undefined, process: undefined })).toHaveLength(10_000);
  expect(performance.now() - begun).toBeLessThan(1_000);
});
