// Checking a backlog: all passes, against only parsing its YAML; and how the time grows with the number of tasks.
import { parseDocument, stringify } from "yaml";
import { compileBacklog } from "../src/backlog/compileBacklog.ts";
import { measureInTurns, median, printTable, timed } from "./measure.ts";

const SIZES = [1_000, 10_000] as const;

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
    "the yaml library alone: `parseDocument` and `toJS`": () =>
      timed(() => parseDocument(text, { uniqueKeys: false }).toJS() as unknown),
  });
  ours.push(median(rows[0]?.samples ?? []));
  printTable({ title: `A backlog of ${size} tasks (${bytes.length} bytes)`, unit: "ms", rows });
}
const [small = 1, large = 1] = ours;
console.log(`\nTen times the tasks take ${(large / small).toFixed(1)} times as long; linear would be 10.0.`);

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
