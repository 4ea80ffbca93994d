// How long runs of 40 tasks take, in scripted time: against what no schedule can beat, and against other orders.
import { chainsOf } from "../src/backlog/criticalPath.ts";
import { lasting, PoolSimulation, type Sketch, tasksOf } from "../tests/support/poolSimulation.ts";
import { durationsOf, SHAPES, seeded } from "../tests/support/taskGraphs.ts";
import { median } from "./measure.ts";

const SIZE = 40;
const GRAPHS = 40;
const WORKERS = 4;

/** Shares of `max(critical path, work ÷ workers)`. */
async function measured(shape: string, scale: number, wrong: number | "alike"): Promise<number[]> {
  const ratios: number[] = [];
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const random = seeded(seed);
    const graph = SHAPES[shape]?.(SIZE, random) ?? {};
    const durations = durationsOf(graph, random, [1_000 * scale, 10_000 * scale]);
    const guessed = (ms: number) => (wrong === "alike" ? 1 : ms * (1 + wrong * (2 * random() - 1)));
    const guess = new Map([...durations].map(([id, ms]) => [id, guessed(ms)]));
    const makespan = await makespanOf(graph, durations, (id) => guess.get(id) ?? 0);
    ratios.push(makespan / boundOf(graph, durations));
  }
  return ratios;
}

async function makespanOf(
  graph: Sketch,
  durations: ReadonlyMap<string, number>,
  effortOf: (id: string) => number,
): Promise<number> {
  const run = new PoolSimulation(tasksOf(graph), lasting(durations), {
    workers: WORKERS,
    effortOf: ({ id }) => effortOf(id),
  });
  await run.run();
  return run.makespan;
}

function boundOf(graph: Sketch, durations: ReadonlyMap<string, number>): number {
  const chains = chainsOf(tasksOf(graph), ({ id }) => durations.get(id) ?? 0);
  const work = [...durations.values()].reduce((sum, ms) => sum + ms, 0);
  return Math.max(work / WORKERS, ...[...chains.values()].map(({ effort }) => effort));
}

const shown = (ratios: readonly number[]) =>
  `${median([...ratios]).toFixed(3)} (at most ${Math.max(...ratios).toFixed(3)})`;

console.log(`\n## Makespan ÷ max(critical path, work ÷ ${WORKERS}), ${GRAPHS} graphs of ${SIZE} tasks a shape\n`);
console.log(
  "| shape | tasks of 1 to 10 s | estimates wrong by up to 50 % | all estimated alike | tasks of 1 to 10 min (starving) |",
);
console.log("| --- | ---: | ---: | ---: | ---: |");
for (const shape of Object.keys(SHAPES)) {
  const cells = [
    await measured(shape, 1, 0),
    await measured(shape, 1, 0.5),
    await measured(shape, 1, "alike"),
    await measured(shape, 60, 0),
  ];
  console.log(`| ${shape} | ${cells.map(shown).join(" | ")} |`);
}
