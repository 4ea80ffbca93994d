// Runs every benchmark, or those named as arguments, one after the other: `npm run bench -- slot journal`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describeMachine } from "./measure.ts";

const BENCHMARKS = [
  "landing",
  "slot",
  "checkpoint",
  "setup",
  "firstRequest",
  "journal",
  "backlog",
  "merge",
  "scheduling",
];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !BENCHMARKS.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}; there are ${BENCHMARKS.join(", ")}.`);
  process.exit(1);
}
console.log(describeMachine());
for (const name of chosen.length > 0 ? chosen : BENCHMARKS) {
  // A process of its own each: the heap of one does not slow the next.
  const child = spawn(process.execPath, [join(import.meta.dir, `${name}.ts`)], { stdio: "inherit" });
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) {
    console.error(`The benchmark ${name} failed.`);
    process.exit(1);
  }
}
