import { expect, test } from "bun:test";
import fc from "fast-check";
import { criticalPath, wavesOf } from "../../../src/backlog/criticalPath.ts";

interface Node {
  readonly id: string;
  readonly depends_on: readonly string[];
  readonly effort: number;
}

const node = (id: string, effort: number, ...needed: string[]): Node => ({ id, depends_on: needed, effort });
const effortOf = ({ effort }: Node) => effort;
const ids = (nodes: readonly Node[]) => nodes.map(({ id }) => id);

/** Graphs in topological order. */
const graphs = fc
  .array(fc.tuple(fc.nat(20), fc.array(fc.nat(100), { maxLength: 3 })), { maxLength: 9 })
  .map((rows) =>
    rows.map(([effort, needs], index) =>
      node(`N${index}`, effort, ...(index === 0 ? [] : needs.map((need) => `N${need % index}`))),
    ),
  );

function heaviestChain(nodes: readonly Node[]): number {
  const endingAt = (end: Node): number =>
    end.effort + Math.max(0, ...nodes.filter(({ id }) => end.depends_on.includes(id)).map(endingAt));
  return Math.max(0, ...nodes.map(endingAt));
}

test("the heaviest chain, not the longest one", () => {
  const nodes = [node("A", 1), node("B", 1, "A"), node("C", 1, "B"), node("D", 9, "A")];
  expect(criticalPath(nodes, effortOf)).toMatchObject({ effort: 10 });
  expect(ids(criticalPath(nodes, effortOf).tasks)).toEqual(["A", "D"]);
});

test("of equal chains the one listed first; what is not in the list counts as done; no tasks, no path", () => {
  const nodes = [node("A", 1, "gone"), node("B", 1), node("C", 1, "A"), node("D", 1, "A"), node("E", 1, "B")];
  expect(ids(criticalPath(nodes, effortOf).tasks)).toEqual(["A", "C"]);
  expect(wavesOf(nodes).map(ids)).toEqual([
    ["A", "B"],
    ["C", "D", "E"],
  ]);
  expect(criticalPath<Node>([], effortOf)).toEqual({ tasks: [], effort: 0 });
  expect(wavesOf([])).toEqual([]);
});

test("the path is a chain, of the greatest effort there is; waves hold each task once, after what it needs", () => {
  fc.assert(
    fc.property(graphs, (nodes) => {
      const { tasks, effort } = criticalPath(nodes, effortOf);
      expect(effort).toBe(heaviestChain(nodes));
      expect(tasks.reduce((sum, task) => sum + task.effort, 0)).toBe(effort);
      tasks.forEach((task, index) => {
        if (index > 0) expect(task.depends_on).toContain(tasks[index - 1]?.id ?? "");
      });
      const waves = wavesOf(nodes);
      expect(ids(waves.flat()).sort()).toEqual(ids(nodes).sort());
      const waveOf = new Map(waves.flatMap((wave, index) => wave.map(({ id }) => [id, index] as const)));
      for (const { id, depends_on } of nodes) {
        const latest = Math.max(-1, ...depends_on.map((needed) => waveOf.get(needed) ?? -1));
        expect(waveOf.get(id)).toBe(latest + 1);
      }
    }),
  );
});
