// Checking a backlog: all passes, against only parsing its YAML; and how the time grows with the number of tasks.
import { parseDocument, stringify } from "yaml";
import { compileBacklog } from "../src/backlog/compileBacklog.ts";
import { optionsSchema } from "../src/config.ts";
import { type DryRunInput, describeDryRun } from "../src/implementation/forecast/dryRun.ts";
import type { Backlog } from "../src/types.ts";
import { makeFacts } from "../tests/unit/backlog/facts.ts";
import { measureInTurns, median, printTable, timed } from "./measure.ts";

const SIZES = [1_000, 10_000] as const;

/** A repository of 5,000 files, half of them in folders that the tasks name. */
const FACTS = makeFacts(
  Object.fromEntries(
    Array.from({ length: 5_000 }, (_, index) => [`src/part${index}${index % 2 ? "x" : "/a"}.ts`, 3_000]),
  ),
);

const ours: number[] = [];
for (const size of SIZES) {
  const text = backlogOf(size);
  const bytes = Buffer.from(text);
  const rows = await measureInTurns(5, {
    "ours: `compileBacklog` (places, schema, graph, scopes, sizes)": () =>
      timed(() => {
        const compiled = compileBacklog("tasks/BACKLOG.yaml", bytes);
        if (!compiled.ok) throw new Error("the backlog of this benchmark is sound");
      }),
    "ours, and the dry run of all tasks": () =>
      timed(() => {
        const compiled = compileBacklog("tasks/BACKLOG.yaml", bytes);
        if (compiled.ok) describeDryRun(dryRunOf(compiled.value.backlog));
      }),
    "the yaml library alone: `parseDocument` and `toJS`": () =>
      timed(() => parseDocument(text, { uniqueKeys: false }).toJS() as unknown),
  });
  ours.push(median(rows[0]?.samples ?? []));
  printTable({ title: `A backlog of ${size} tasks (${bytes.length} bytes)`, unit: "ms", rows });
}
const [small = 1, large = 1] = ours;
console.log(`\nTen times the tasks take ${(large / small).toFixed(1)} times as long; linear would be 10.0.`);

function dryRunOf(backlog: Backlog): DryRunInput {
  return {
    backlog,
    tasks: backlog.tasks,
    facts: FACTS,
    models: {
      sessionModel: { providerID: "bench", modelID: "any" },
      has: () => true,
      facts: () => undefined,
      free: () => [],
      explainNoFree: () => "",
      explainMissing: () => "",
    },
    options: optionsSchema.parse({}),
    workers: 3,
    setup: [],
    verify: [],
    warnings: [],
    unprovenTasks: new Set(),
  };
}

/** Layers of ten tasks, each of which needs two of the layer before; every fifth claims a whole folder by a glob. */
function backlogOf(size: number): string {
  const idOf = (index: number) => `T${String(index).padStart(5, "0")}`;
  const tasks = Array.from({ length: size }, (_, index) => ({
    id: idOf(index),
    title: `Write part ${index}`,
    description: `Write the part number ${index} of the feature.\n`,
    depends_on: index < 10 ? [] : [idOf(index - 10), idOf(index - 10 + ((index + 1) % 10) - (index % 10))],
    files: [index % 5 === 0 ? `src/part${index}/**` : `src/part${index}.ts`],
    acceptance: [{ run: `test -s src/part${index}.ts` }],
  }));
  return stringify({ version: 1, track_id: "bench", title: "Bench", tasks });
}
