import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type ReadyOrders, ReadyTasks } from "../../../../src/implementation/scheduling/readyTasks.ts";
import { decide, type Situation } from "../../../../src/implementation/scheduling/scheduler.ts";
import { scopeComparison } from "../../../../src/implementation/scheduling/scopesMeet.ts";
import type { TaskEnding } from "../../../../src/implementation/workerPool.ts";
import type { Task } from "../../../../src/types.ts";
import { PoolSimulation, type Sketch, tasksOf } from "../../../support/poolSimulation.ts";

const STARVING_AFTER_MS = 300_000;

function readyOf(tasks: readonly Task[], effortOf: (task: Task) => number = () => 1, complete: string[] = []) {
  const standingOf = (id: string) => (complete.includes(id) ? "complete" : "waiting");
  return new ReadyTasks({ tasks, effortOf, standingOf }, 0);
}

function chosen(ready: ReadyOrders, others: Partial<Situation> = {}): string[] {
  return decision(ready, others).start.map(({ task }) => task.id);
}

function decision(ready: ReadyOrders, others: Partial<Situation> = {}) {
  const meet = scopeComparison();
  return decide(ready, {
    now: 0,
    workers: 2,
    paused: undefined,
    standsStill: false,
    isHeld: () => false,
    running: [],
    inValidation: 0,
    notBefore: () => undefined,
    scopesMeet: (one, other) => meet(one.files, other.files),
    ...others,
  });
}

describe("decide", () => {
  test("the longest chain of effort first, of equal ones the first in the backlog", () => {
    const tasks = tasksOf({ A: [], B: [], C: ["B"], D: [], E: ["D"], F: ["E"], G: [] });
    expect(chosen(readyOf(tasks), { workers: 9 })).toEqual(["D", "B", "A", "G"]);
    const effort = ({ id }: Task) => (id === "G" ? 4 : 1);
    expect(chosen(readyOf(tasks, effort))).toEqual(["G", "D"]);
  });

  test("what is complete is no work that is left", () => {
    const tasks = tasksOf({ A: [], B: ["A"], C: ["B"], D: [], E: ["D"] });
    expect(
      chosen(
        readyOf(tasks, () => 1, ["B", "C"]),
        { workers: 1 },
      ),
    ).toEqual(["D"]);
  });

  test("tasks whose files may meet do not run at once, though nothing orders them", () => {
    const [a, b, c] = tasksOf({ A: [], B: [], C: [] });
    if (!a || !b || !c) throw new Error("three tasks");
    const tasks = [
      { ...a, files: ["src/**/*.ts"] },
      { ...b, files: ["src/deep/b.ts"] },
      { ...c, files: ["docs/"] },
    ];
    expect(chosen(readyOf(tasks))).toEqual(["A", "C"]);
    const running = tasks.slice(1, 2).map((task) => ({ task, raised: false }));
    expect(chosen(readyOf([...tasks.slice(0, 1), ...tasks.slice(2)]), { running })).toEqual(["C"]);
  });

  test("while tasks starve one place is theirs, longest waiting first; the others are the critical path's", () => {
    const tasks = tasksOf({ A: [], B: [], C: [], D: ["C"], E: [], F: ["E"] });
    const ready = readyOf(tasks);
    ready.take("A");
    ready.giveBack("A", 1);
    expect(chosen(ready, { now: STARVING_AFTER_MS })).toEqual(["C", "E"]);
    expect(chosen(ready, { now: STARVING_AFTER_MS + 1 })).toEqual(["B", "C"]);
    const [, , c] = tasks;
    if (!c) throw new Error("a third task");
    ready.take("C");
    const others = { now: STARVING_AFTER_MS + 1, running: [{ task: c, raised: true }] };
    expect(chosen(ready, others)).toEqual(["E"]);
  });

  test("says when to look again, and why a free worker gets nothing", () => {
    const ready = readyOf(tasksOf({ A: [], B: [] }));
    const notBefore = ({ id }: Task) => (id === "A" ? 5_000 : 7_000);
    expect(decision(ready, { notBefore })).toEqual({
      ...{ start: [], lookAgainAt: 5_000, hold: { reason: "cooling", until: 5_000 } },
    });
    expect(decision(ready, { inValidation: 5 }).start).toHaveLength(2);
    expect(decision(ready, { inValidation: 6 })).toEqual({
      ...{ start: [], lookAgainAt: undefined, hold: { reason: "validation", tasks: 6 } },
    });
    const busy = decision(ready, { paused: "processors 97 % busy" });
    expect(busy.start).toHaveLength(1);
    expect(busy.hold).toEqual({ reason: "resources", because: "processors 97 % busy" });
    expect(busy.lookAgainAt).toBeGreaterThan(0);
    expect(decision(ready, { paused: "processors 97 % busy", notBefore }).hold).toEqual({
      ...{ reason: "cooling", until: 5_000 },
    });
  });

  test("ten thousand tasks: each change and decision costs little", () => {
    const graph = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`T${index}`, index % 10 === 0 ? [] : [`T${index - 1}`]]),
    );
    const tasks = tasksOf(graph);
    const done = new Set<string>();
    const standingOf = (id: string) => (done.has(id) ? "complete" : "waiting");
    const startedAt = performance.now();
    const ready = new ReadyTasks({ tasks, effortOf: () => 1, standingOf }, 0);
    for (let left = tasks.length; left > 0; left--) {
      const [next] = decision(ready, { workers: 1, now: STARVING_AFTER_MS * 2 }).start;
      if (next === undefined) throw new Error("a task is ready");
      ready.take(next.task.id);
      done.add(next.task.id);
      ready.giveBack(next.task.id, 0);
    }
    // About 150 ms; looking through all tasks each time takes 10 s and more.
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

/** Tasks, each needing some of the earlier ones and writing one of a few files, and what becomes of each. */
const anyRun = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(30), { maxLength: 3 }),
      file: fc.constantFrom("a/*.ts", "a/x.ts", "b", "b/y.ts", "c/**", "d.ts", "e.ts", "f.ts"),
      lasts: fc.integer({ min: 0, max: 900_000 }),
      guessed: fc.integer({ min: 1, max: 900_000 }),
      endings: fc.array(fc.constantFrom<TaskEnding>("postponed", "failed", "awaiting", "complete"), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((tasks) => tasks.map((task, index) => ({ ...task, needs: task.needs.filter((need) => need < index) })));

test("a run that stands still starts nothing, whatever the machine would allow; a task that does is passed over", () => {
  const ready = readyOf(tasksOf({ A: [], B: [], C: [] }));
  const still = { start: [], lookAgainAt: 2_000, hold: { reason: "person" } };
  expect(decision(ready, { standsStill: true })).toMatchObject(still);
  const held = { isHeld: ({ id }: Task) => id === "A" };
  expect(chosen(ready, held)).toEqual(["B", "C"]);
  expect(decision(readyOf(tasksOf({ A: [] })), held)).toMatchObject(still);
});

test("a pause is waited out, however long it is, and uses up no patience", async () => {
  const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
    if (id === "A") {
      run.record({ type: "run_paused", because: "I say so" });
      const { signal } = run.abort;
      void run.time.pause(3_000_000, signal).then(() => run.record({ type: "run_unpaused" }));
    }
    return "complete";
  };
  const run = new PoolSimulation(tasksOf({ A: [], B: ["A"] }), script, { maxWaitMs: 1_000 });
  expect(await run.run()).toEqual({ kind: "exhausted" });
  expect(run.spells.map(({ id, from }) => [id, from])).toEqual([
    ["A", 0],
    ["B", 3_000_000],
  ]);
});

test("whatever the tasks do: never too many, never too early, never in the same file, and each comes to its end", async () => {
  const meet = scopeComparison();
  const property = fc.asyncProperty(anyRun, fc.integer({ min: 1, max: 6 }), async (sketched, workers) => {
    const graph: Sketch = Object.fromEntries(
      sketched.map(({ needs }, index) => [`T${index}`, needs.map((need) => `T${need}`)]),
    );
    const tasks = tasksOf(graph).map((task, index) => ({ ...task, files: [sketched[index]?.file ?? ""] }));
    const working = new Set<Task>();
    const landed = new Set<string>();
    const spells = new Map<string, number>();
    const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
      const index = Number(id.slice(1));
      const task = tasks[index];
      const sketch = sketched[index];
      if (!task || !sketch) throw new Error(`unknown task ${id}`);
      expect(task.depends_on.every((need) => landed.has(need))).toBe(true);
      expect([...working].filter((other) => meet(other.files, task.files))).toEqual([]);
      working.add(task);
      expect(working.size).toBeLessThanOrEqual(workers);
      await run.lasting(sketch.lasts);
      working.delete(task);
      const turn = spells.get(id) ?? 0;
      spells.set(id, turn + 1);
      const ending = run.phaseOf(id) === "verifying" ? "complete" : (sketch.endings[turn] ?? "complete");
      if (ending === "complete") landed.add(id);
      return ending;
    };
    const run = new PoolSimulation(tasks, script, {
      workers,
      effortOf: ({ id }) => sketched[Number(id.slice(1))]?.guessed ?? 1,
    });
    const ending = await run.run();
    const phases = tasks.map(({ id }) => run.phaseOf(id));
    const isWaiting = (task: Task) =>
      task.depends_on.some((id) => ["awaiting_input", "ready"].includes(run.phaseOf(id) ?? ""));
    expect(ending.kind).toBe(phases.includes("awaiting_input") ? "awaiting" : "exhausted");
    for (const [index, phase] of phases.entries()) {
      const task = tasks[index];
      if (phase === "ready") expect(task && isWaiting(task)).toBe(true);
      else expect(["complete", "failed", "skipped", "awaiting_input"]).toContain(phase ?? "");
    }
  });
  await fc.assert(property, { numRuns: 120 });
});

test("a starving task is started after at most those that starve longer", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.integer({ min: 1_000, max: 600_000 }), { minLength: 5, maxLength: 40 }),
    fc.integer({ min: 1, max: 4 }),
    async (lasts, workers) => {
      // A long chain that is always preferred, and tasks that nothing speaks for.
      const chain = Object.fromEntries(lasts.map((_, index) => [`C${index}`, index === 0 ? [] : [`C${index - 1}`]]));
      const alone = Object.fromEntries(lasts.map((_, index) => [`A${index}`, []]));
      const script = async (id: string, run: PoolSimulation): Promise<TaskEnding> => {
        await run.lasting(lasts[Number(id.slice(1))] ?? 0);
        return "complete";
      };
      const run = new PoolSimulation(tasksOf({ ...chain, ...alone }), script, { workers, effortOf: () => 600_000 });
      await run.run();
      const longest = Math.max(...lasts);
      const waits = run.spells.filter(({ id }) => id.startsWith("A")).map(({ from }) => from);
      for (const [before, wait] of waits.sort((a, b) => a - b).entries()) {
        expect(wait).toBeLessThanOrEqual(STARVING_AFTER_MS + (before + 1) * longest);
      }
    },
  );
  await fc.assert(property, { numRuns: 40 });
});
