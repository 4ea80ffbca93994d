import { expect, test } from "bun:test";
import { chainsOf } from "../../../src/backlog/criticalPath.ts";
import type { Task } from "../../../src/types.ts";
import { lasting, PoolSimulation, type Sketch, tasksOf } from "../../support/poolSimulation.ts";
import { durationsOf, SHAPES, seeded } from "../../support/taskGraphs.ts";

const SIZE = 40;
const GRAPHS = 6;
const WORKERS = 4;

type Durations = ReadonlyMap<string, number>;

async function makespan(graph: Sketch, durations: Durations, workers = WORKERS): Promise<number> {
  const effortOf = ({ id }: Task) => durations.get(id) ?? 0;
  const run = new PoolSimulation(tasksOf(graph), lasting(durations), { workers, effortOf });
  expect(await run.run()).toEqual({ kind: "exhausted" });
  return run.makespan;
}

function longestChain(tasks: readonly Task[], durations: Durations): number {
  const chains = chainsOf(tasks, ({ id }) => durations.get(id) ?? 0);
  return Math.max(...[...chains.values()].map(({ effort }) => effort));
}

/**
 * What no schedule of four workers can beat: the longest chain, and what has to be done within a span of time whatever
 * the order, spread over all workers (Fernandez and Bussell, 1973). The span of everything is `work ÷ workers`.
 */
function lowerBound(graph: Sketch, durations: Durations): number {
  const tasks = tasksOf(graph);
  const ends = new Map<string, number>();
  for (const { id, depends_on } of tasks) {
    ends.set(id, Math.max(0, ...depends_on.map((need) => ends.get(need) ?? 0)) + (durations.get(id) ?? 0));
  }
  const critical = longestChain(tasks, durations);
  const chains = chainsOf(tasks, ({ id }) => durations.get(id) ?? 0);
  const spans = tasks.map(({ id }) => {
    const lasts = durations.get(id) ?? 0;
    return { lasts, earliest: (ends.get(id) ?? 0) - lasts, latest: critical - (chains.get(id)?.effort ?? 0) + lasts };
  });
  const times = [...new Set(spans.flatMap(({ earliest, latest }) => [earliest, latest]))];
  let excess = 0;
  for (const from of times) {
    for (const to of times.filter((time) => time > from)) {
      const within = spans.reduce((sum, { lasts, earliest, latest }) => {
        const atLeast = Math.min(lasts, to - from, earliest + lasts - from, to - (latest - lasts));
        return sum + Math.max(0, atLeast);
      }, 0);
      excess = Math.max(excess, within / WORKERS - (to - from));
    }
  }
  return critical + excess;
}

for (const [shape, sketch] of Object.entries(SHAPES)) {
  test(`${SIZE} tasks, ${shape}: within 15 % of what no schedule can beat`, async () => {
    for (let seed = 1; seed <= GRAPHS; seed++) {
      const random = seeded(seed);
      const graph = sketch(SIZE, random);
      const durations = durationsOf(graph, random);
      expect(await makespan(graph, durations)).toBeLessThanOrEqual(1.15 * lowerBound(graph, durations));
    }
  });
}

const REACHABLE = ["wide", "chain", "chain beside a wide rest", "diamond lattice", "random layers", "random order"];
test.each(REACHABLE)("%s: within 15 % of max(critical path, work ÷ workers)", async (shape) => {
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const random = seeded(seed);
    const graph = SHAPES[shape]?.(SIZE, random) ?? {};
    const durations = durationsOf(graph, random);
    const work = [...durations.values()].reduce((sum, lasts) => sum + lasts, 0);
    const bound = Math.max(work / WORKERS, longestChain(tasksOf(graph), durations));
    expect(await makespan(graph, durations)).toBeLessThanOrEqual(1.15 * bound);
    // Ten minutes instead of ten seconds: most tasks starve, and the critical path must not wait for them.
    const slow = new Map([...durations].map(([id, lasts]) => [id, lasts * 60]));
    expect(await makespan(graph, slow)).toBeLessThanOrEqual(1.15 * bound * 60);
  }
});

test("four workers do a wide graph at least 3.3 times as fast as one", async () => {
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const random = seeded(seed);
    const graph = SHAPES.wide?.(SIZE, random) ?? {};
    const durations = durationsOf(graph, random);
    const speedUp = (await makespan(graph, durations, 1)) / (await makespan(graph, durations, 4));
    expect(speedUp).toBeGreaterThanOrEqual(3.3);
  }
});
