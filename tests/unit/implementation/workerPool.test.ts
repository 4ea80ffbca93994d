import { expect, test } from "bun:test";
import { deferred } from "../../../src/core/deferred.ts";
import { type TaskEnding, WorkerPool, type WorkerPoolOptions } from "../../../src/implementation/workerPool.ts";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import { RunProjection } from "../../../src/recovery/runState.ts";
import type { Task } from "../../../src/types.ts";

type Sketch = Readonly<Record<string, readonly string[]>>;

function tasksOf(sketch: Sketch): Task[] {
  return Object.entries(sketch).map(([id, depends_on]) => ({
    ...{ id, depends_on, title: id, description: "", files: [], reads: [], context: "", acceptance: [] },
    ...{ allow_empty: false, network: false, status: "pending" as const },
  }));
}

/** A pool over a run that is recorded in memory; `work` says how each task ends. */
function poolOver(sketch: Sketch, work: (id: string) => Promise<TaskEnding>, others: Partial<WorkerPoolOptions> = {}) {
  const tasks = tasksOf(sketch);
  const projection = new RunProjection();
  const record = (event: RunEvent) => {
    const applied = projection.apply(event);
    if (!applied.ok) throw new Error(applied.failure.message);
  };
  const head = { base: "b", user_branch: null, backlog_file: "f", backlog_digest: "d", workers: 1 };
  record({ type: "run_started", run_id: "r", track_id: "t", ...head, tasks: tasks.map(({ id }) => id) });
  const started: string[] = [];
  const pool = new WorkerPool({
    tasks,
    alreadyComplete: new Set(),
    alreadyFailed: new Set(),
    workers: 3,
    state: () => projection.state,
    work: async ({ id }) => {
      started.push(id);
      record({ type: "attempt_started", task: id, attempt: 1, slot: 1, base: "b", model: "m" });
      const ending = await work(id);
      if (ending === "complete") complete(id);
      if (ending === "failed") record({ type: "task_failed", task: id, reason: "r", message: "m" });
      return ending;
    },
    skip: async ({ id }, because) => record({ type: "task_skipped", task: id, because }),
    onBroken: () => undefined,
    whyStop: () => undefined,
    ...others,
  });
  const complete = (id: string) => {
    const place = { task: id, attempt: 1 };
    record({ type: "session_opened", ...place, session: "s" });
    record({ type: "work_captured", ...place, commit: "c", tree: "t", paths: [] });
    record({ type: "verification_finished", ...place, passed: true });
    record({ type: "landing_intended", ...place, head: "b", commit: "c" });
    record({ type: "task_landed", ...place, commit: "c" });
  };
  return { pool, started, phaseOf: (id: string) => projection.state.tasks.get(id)?.phase };
}

test("at most as many at once as there are workers, in the backlog's order, each after what it needs", async () => {
  let atOnce = 0;
  let most = 0;
  const { pool, started } = poolOver(
    { A: [], B: ["A"], C: ["A"], D: ["A"], E: ["B", "C", "D"] },
    async () => {
      most = Math.max(most, ++atOnce);
      await Promise.resolve();
      atOnce--;
      return "complete";
    },
    { workers: 2 },
  );
  expect(await pool.run()).toEqual({ kind: "exhausted" });
  expect(started).toEqual(["A", "B", "C", "D", "E"]);
  expect(most).toBe(2);
});

test("what a task complete or failed outside the run means for those that need it", async () => {
  const outside = { alreadyComplete: new Set(["done"]), alreadyFailed: new Set(["broken"]) };
  const { pool, started, phaseOf } = poolOver(
    { A: ["done"], B: ["broken"], C: ["B"] },
    async () => "complete",
    outside,
  );
  await pool.run();
  expect(started).toEqual(["A"]);
  expect([phaseOf("B"), phaseOf("C")]).toEqual(["skipped", "skipped"]);
});

test("a reason to stop starts nothing more, and is the ending", async () => {
  let reason: string | undefined;
  const work = async (): Promise<TaskEnding> => {
    reason = "the budget is used up";
    return "complete";
  };
  const { pool, started } = poolOver({ A: [], B: [] }, work, { workers: 1, whyStop: () => reason });
  expect(await pool.run()).toEqual({ kind: "stopped", reason: "the budget is used up" });
  expect(started).toEqual(["A"]);
});

test("a skip that cannot be recorded brings the others to an end before the pool gives up", async () => {
  const broken = deferred<undefined>();
  let ended = false;
  const work = async (id: string): Promise<TaskEnding> => {
    if (id === "A") return "failed";
    await broken.promise;
    ended = true;
    return "interrupted";
  };
  const { pool } = poolOver({ A: [], B: [], C: ["A"] }, work, {
    skip: () => Promise.reject(new Error("the disk is full")),
    onBroken: () => broken.resolve(undefined),
  });
  await expect(pool.run()).rejects.toThrow("the disk is full");
  expect(ended).toBe(true);
});
