import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  dependentsOf,
  findCycles,
  type GraphTask,
  pathFinder,
  topologicalOrder,
} from "../../../src/backlog/taskGraph.ts";

function graph(edges: Readonly<Record<string, readonly string[]>>): GraphTask[] {
  return Object.entries(edges).map(([id, depends_on]) => ({ id, depends_on }));
}

const ids = (tasks: readonly GraphTask[]) => tasks.map((task) => task.id);

/** Graphs without cycles: a task depends on earlier ones only; `shuffled` lists the same tasks in another order. */
const acyclic = fc
  .array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { minLength: 1, maxLength: 25 })
  .map((picks) =>
    picks.map((choices, index) => ({
      id: `T${index}`,
      depends_on: [...new Set(choices.filter((choice) => choice < index).map((choice) => `T${choice}`))],
    })),
  );
const shuffled = acyclic.chain((tasks) => fc.shuffledSubarray(tasks, { minLength: tasks.length }));

describe("topologicalOrder", () => {
  test("among free tasks the one listed first comes first", () => {
    const order = topologicalOrder(graph({ D: ["B", "C"], C: ["A"], B: ["A"], A: [], E: [] }));
    expect(order.ok && ids(order.value)).toEqual(["A", "C", "B", "D", "E"]);
  });

  test("leaves a list that is in order as it is, and puts any other into order", () => {
    fc.assert(
      fc.property(acyclic, shuffled, (inOrder, mixed) => {
        const same = topologicalOrder(inOrder);
        expect(same.ok && ids(same.value)).toEqual(ids(inOrder));
        const ordered = topologicalOrder(mixed);
        if (!ordered.ok) throw new Error("no cycle was put in");
        const position = new Map(ids(ordered.value).map((id, index) => [id, index]));
        expect(position.size).toBe(mixed.length);
        for (const task of mixed) {
          for (const dependency of task.depends_on) {
            expect(position.get(dependency)).toBeLessThan(position.get(task.id) ?? -1);
          }
        }
      }),
    );
  });

  test("fails with the cycle as a path that ends where it began", () => {
    const order = topologicalOrder(graph({ A: [], B: ["A", "D"], C: ["B"], D: ["C"] }));
    expect(order).toEqual({ ok: false, failure: ["B", "D", "C", "B"] });
  });
});

describe("findCycles", () => {
  test("finds separate cycles, and a task that depends on itself", () => {
    expect(findCycles(graph({ A: ["B"], B: ["A"], C: ["C"], D: ["E"], E: [] }))).toEqual([
      ["A", "B", "A"],
      ["C", "C"],
    ]);
  });

  test("reports paths that exist, exactly when no order does", () => {
    const anyGraph = fc
      .array(fc.array(fc.nat({ max: 9 }), { maxLength: 3 }), { minLength: 1, maxLength: 10 })
      .map((picks) => picks.map((choices, index) => ({ id: `T${index}`, depends_on: choices.map((n) => `T${n}`) })));
    fc.assert(
      fc.property(anyGraph, (tasks) => {
        const cycles = findCycles(tasks);
        expect(cycles.length > 0).toBe(!topologicalOrder(tasks).ok);
        const known = new Map(tasks.map((task) => [task.id, task]));
        for (const cycle of cycles) {
          expect(cycle.at(0)).toBe(cycle.at(-1) ?? "");
          cycle.slice(1).forEach((id, index) => {
            expect(known.get(cycle[index] ?? "")?.depends_on).toContain(id);
          });
        }
      }),
    );
  });

  test("copes with a chain of 20,000 tasks", () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => ({
      id: `T${index}`,
      depends_on: [`T${(index + 1) % 20_000}`],
    }));
    expect(findCycles(chain)[0]).toHaveLength(20_001);
  });
});

describe("pathFinder and dependentsOf", () => {
  test("agree with one another, asked by the earlier task, by the later one, or at random", () => {
    fc.assert(
      fc.property(acyclic, fc.array(fc.tuple(fc.nat({ max: 24 }), fc.nat({ max: 24 }))), (tasks, random) => {
        const all = ids(tasks);
        const reachable = new Map(all.map((id) => [id, new Set(ids(dependentsOf(tasks, id)))]));
        const byEarlier = all.flatMap((earlier) => all.map((later) => [earlier, later] as const));
        const byLater = byEarlier.map(([first, second]) => [second, first] as const);
        const hasPath = pathFinder(tasks);
        for (const [earlier, later] of [
          ...byEarlier,
          ...byLater,
          ...random.map(([a, b]) => [`T${a}`, `T${b}`] as const),
        ]) {
          expect(hasPath(earlier, later)).toBe(reachable.get(earlier)?.has(later) ?? false);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("dependents include indirect ones, in the order of the list, and not the task itself", () => {
    const tasks = graph({ A: [], B: ["A"], C: [], D: ["B", "C"] });
    expect(ids(dependentsOf(tasks, "A"))).toEqual(["B", "D"]);
    expect(ids(dependentsOf(tasks, "D"))).toEqual([]);
  });
});
