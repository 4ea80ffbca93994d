import { expect, test } from "bun:test";
import { setImmediate } from "node:timers/promises";
import type { TaskEnding } from "../../../src/implementation/workerPool.ts";
import { PoolSimulation, tasksOf } from "../../support/poolSimulation.ts";

const complete = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
  await run.lasting(id.length * 1_000);
  return "complete";
};

test("at most as many at once as there are workers, in the backlog's order, each after what it needs", async () => {
  const graph = { A: [], B: ["A"], C: ["A"], D: ["A"], E: ["B", "C", "D"] };
  const run = new PoolSimulation(tasksOf(graph), complete, { workers: 2 });
  expect(await run.run()).toEqual({ kind: "exhausted" });
  expect(run.started).toEqual(["A", "B", "C", "D", "E"]);
  expect(run.mostAtOnce).toBe(2);
});

test("what a task complete or failed outside the run means for those that need it", async () => {
  const run = new PoolSimulation(tasksOf({ A: ["done"], B: ["broken"], C: ["B"], D: ["elsewhere"] }), complete, {
    alreadyComplete: new Set(["done"]),
    alreadyFailed: new Set(["broken"]),
  });
  expect(await run.run()).toEqual({ kind: "exhausted" });
  expect(run.started).toEqual(["A"]);
  expect([run.phaseOf("B"), run.phaseOf("C"), run.phaseOf("D")]).toEqual(["skipped", "skipped", "ready"]);
});

test("a failed task takes its dependents along and nothing else", async () => {
  const graph = { A: [], B: ["A"], C: ["B"], D: [], E: ["D"] };
  const run = new PoolSimulation(tasksOf(graph), (id) => (id === "A" ? "failed" : "complete"), { workers: 1 });
  expect(await run.run()).toEqual({ kind: "exhausted" });
  expect(run.started).toEqual(["A", "D", "E"]);
  expect([run.phaseOf("B"), run.phaseOf("C"), run.phaseOf("E")]).toEqual(["skipped", "skipped", "complete"]);
});

test("what will not be done any more is no reason to start what it needs", async () => {
  const graph = { X: [], A: [], B: ["A", "X"], C: ["B"], D: [], E: ["D"] };
  const run = new PoolSimulation(tasksOf(graph), (id) => (id === "X" ? "failed" : "complete"), {
    workers: 1,
    effortOf: ({ id }) => (id === "X" ? 9 : 1),
  });
  await run.run();
  expect(run.started).toEqual(["X", "D", "A", "E"]);
});

test("failurePolicy stop: what runs goes on to its end, nothing new is started, and the ending says why", async () => {
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    await run.lasting(id === "A" ? 1_000 : 5_000);
    return id === "A" ? "failed" : "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: [], C: [] }), script, { workers: 2, failurePolicy: "stop" });
  expect(await run.run()).toEqual({
    kind: "stopped",
    reason: "A failed, and failurePolicy is stop: A did not work",
  });
  expect(run.started).toEqual(["A", "B"]);
  expect([run.phaseOf("B"), run.phaseOf("C")]).toEqual(["complete", "ready"]);
});

test("a reason to stop starts nothing more, and is the ending", async () => {
  let reason: string | undefined;
  const script = (): TaskEnding => {
    reason = "the budget is used up";
    return "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: [] }), script, { workers: 1, whyStop: () => reason });
  expect(await run.run()).toEqual({ kind: "stopped", reason: "the budget is used up" });
  expect(run.started).toEqual(["A"]);
});

test("a reason to stop that comes with the last task stops nothing", async () => {
  const run = new PoolSimulation(tasksOf({ A: [] }), () => "failed", {
    failurePolicy: "stop",
    whyStop: () => undefined,
  });
  expect(await run.run()).toEqual({ kind: "exhausted" });
});

test("a skip that cannot be recorded brings the others to an end before the pool gives up", async () => {
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    if (id === "A") return "failed";
    await run.lasting(3_600_000);
    return run.abort.signal.aborted ? "interrupted" : "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: [], C: ["A"] }), script, {
    skip: () => Promise.reject(new Error("the disk is full")),
  });
  await expect(run.run()).rejects.toThrow("the disk is full");
  expect(run.phaseOf("B")).toBe("retrying");
  expect(run.time.now()).toBe(0);
});

test("a task that was put off is ready again when its model has cooled down; others go on meanwhile", async () => {
  let cooledAt = 0;
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    if (id === "A" && cooledAt === 0) {
      cooledAt = 90_000;
      return "postponed";
    }
    await run.lasting(10_000);
    return "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: [], C: ["A"] }), script, {
    workers: 1,
    notBefore: ({ id }) => (id === "A" ? cooledAt : undefined),
  });
  expect(await run.run()).toEqual({ kind: "exhausted" });
  expect(run.spells.map(({ id, from }) => [id, from])).toEqual([
    ["A", 0],
    ["B", 0],
    ["A", 90_000],
    ["C", 100_000],
  ]);
});

test("nothing is tried again at once, over and over, and waiting alone has an end", async () => {
  const run = new PoolSimulation(tasksOf({ A: [] }), () => "postponed", { maxWaitMs: 100_000 });
  const ending = await run.run();
  expect(ending).toMatchObject({ kind: "stopped", reason: expect.stringContaining("A would have to wait for") });
  expect(run.spells.map(({ from }) => from / 1_000)).toEqual([0, 1, 3, 7, 15, 31, 63]);
});

test("models that cool down for too long stop the run at once, with the time to go on", async () => {
  const run = new PoolSimulation(tasksOf({ A: [], B: ["A"], C: [] }), complete, {
    notBefore: () => 3_600_000,
    maxWaitMs: 600_000,
  });
  expect(await run.run()).toMatchObject({
    kind: "stopped",
    reason: expect.stringMatching(
      /^A and 1 more task would have to wait for a model that cools down until .*\(1 h 0 min\)$/,
    ),
    resumeAt: 3_600_000,
  });
  expect(run.time.now()).toBe(0);
});

test("a task that waits for a person keeps its dependents waiting, and nothing else", async () => {
  const run = new PoolSimulation(tasksOf({ A: [], B: ["A"], C: [] }), (id) => (id === "A" ? "awaiting" : "complete"));
  expect(await run.run()).toEqual({ kind: "awaiting", tasks: ["A"] });
  expect(run.started).toEqual(["A", "C"]);
  expect(run.phaseOf("B")).toBe("ready");
});

test("work that a person agreed to while others run is taken up again, then its dependents", async () => {
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    if (id === "C") {
      await run.lasting(5_000);
      run.record({ type: "answer_given", task: "A", checkpoint: "of A", approved: true, input: "" });
      await run.lasting(5_000);
    }
    return id === "A" && run.phaseOf("A") !== "verifying" ? "awaiting" : "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: ["A"], C: [] }), script);
  expect(await run.run()).toEqual({ kind: "exhausted" });
  expect(run.spells.map(({ id, from }) => [id, from])).toEqual([
    ["A", 0],
    ["C", 0],
    ["A", 5_000],
    ["B", 5_000],
  ]);
});

test("work that a person refused is taken up again too, for its attempt to be closed", async () => {
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    if (id === "A") return run.started.filter((started) => started === "A").length === 1 ? "awaiting" : "complete";
    await run.lasting(5_000);
    run.record({
      type: "answer_given",
      task: "A",
      checkpoint: "of A",
      approved: false,
      input: "use the other library",
    });
    return "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: [] }), script);
  expect(await run.run()).toEqual({ kind: "exhausted" });
  expect(run.started).toEqual(["A", "B", "A"]);
});

test("a task that is undone is left alone in this run, and keeps waiting what needs it", async () => {
  let undone = false;
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    await run.lasting(10_000);
    if (id === "B" && !undone) {
      undone = true;
      run.record({ type: "task_undone", task: "A", commit: "c", because: "it broke verify" });
    }
    return "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: [], C: ["B"], D: ["A", "B"] }), script, { workers: 1 });
  expect(await run.run()).toEqual({ kind: "exhausted" });
  expect(run.started).toEqual(["A", "B", "C"]);
});

test("an abort ends every wait at once", async () => {
  const cooling = new PoolSimulation(tasksOf({ A: [] }), complete, { notBefore: () => 60_000 });
  const waits = cooling.pool.run();
  await setImmediate();
  cooling.abort.abort();
  expect(await waits).toEqual({ kind: "stopped", reason: "interrupted" });

  const script = async (_: string, run: PoolSimulation): Promise<TaskEnding> => {
    await run.lasting(60_000);
    return "interrupted";
  };
  const working = new PoolSimulation(tasksOf({ A: [], B: [] }), script, { workers: 1 });
  const works = working.pool.run();
  await setImmediate();
  working.abort.abort();
  expect(await works).toEqual({ kind: "stopped", reason: "interrupted" });
  expect(working.started).toEqual(["A"]);
});

test("a machine that is too busy gets one task at a time, and more as soon as it has recovered", async () => {
  const holds: (string | undefined)[] = [];
  const script = async (_: string, run: PoolSimulation): Promise<TaskEnding> => {
    await run.lasting(60_000);
    return "complete";
  };
  const run: PoolSimulation = new PoolSimulation(tasksOf({ A: [], B: [], C: [], D: [] }), script, {
    whyPaused: () => (run.time.now() < 70_000 ? "memory 90 % used" : undefined),
    onHold: (hold) => holds.push(hold?.reason === "resources" ? hold.because : hold?.reason),
  });
  await run.run();
  expect(run.spells.map(({ id, from }) => [id, from])).toEqual([
    ["A", 0],
    ["B", 60_000],
    ["C", 70_000],
    ["D", 70_000],
  ]);
  expect(holds).toEqual(["memory 90 % used", undefined]);
});

test("with more than five tasks in validation no task is started until one of them has left it", async () => {
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    const index = Number(id.slice(1));
    await run.lasting(index < 6 ? 1_000 : 2_000);
    if (index < 6) {
      run.verify(id);
      await run.lasting(10_000 + index * 1_000);
    }
    return "complete";
  };
  const graph = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`T${index}`, []]));
  const run = new PoolSimulation(tasksOf(graph), script, { workers: 7 });
  await run.run();
  expect(run.spells.slice(6).map(({ id, from }) => [id, from])).toEqual([
    ["T6", 0],
    // A worker is free from 2 s on, but six are in validation until 11 s.
    ["T7", 11_000],
    ["T8", 11_000],
  ]);
});

test("overtime is told once a task, at twice its estimate", async () => {
  const told: [string, number][] = [];
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    await run.lasting(id === "A" ? 500_000 : 100_000);
    return run.started.filter((started) => started === "A").length < 2 ? "postponed" : "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: [] }), script, {
    effortOf: () => 60_000,
    onOvertime: ({ id }, milliseconds) => told.push([id, milliseconds]),
  });
  await run.run();
  expect(told).toEqual([["A", 120_000]]);
});

test("scope granted to a running task keeps others out of it", async () => {
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    if (id === "A") {
      run.record({ type: "scope_amended", task: "A", attempt: 1, paths: ["src/C.ts"], reason: "", granted: true });
    }
    await run.lasting(id === "A" ? 9_000 : 1_000);
    return "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: [], C: [] }), script, { workers: 2 });
  await run.run();
  expect(run.spells.map(({ id, from }) => [id, from])).toEqual([
    ["A", 0],
    ["B", 0],
    ["C", 9_000],
  ]);
});
