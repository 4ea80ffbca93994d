// The slow sweeps, each with thousands of broken inputs, or with everything that can happen to a run: `npm test` runs a
// sample of each. Arguments name the ones to run instead of all.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bin, root, run } from "./project.mjs";

const folder = join(root, "tests", "sweeps");
/** Files whose name says that they are one; the others help them. */
const SWEEP = /(Mutations|kills|[fF]aults|signals|schedules)\.ts$/;
const chosen = process.argv.slice(2);
const sweeps = readdirSync(folder).filter((name) => SWEEP.test(name));
for (const name of sweeps) {
  if (chosen.length > 0 && !chosen.includes(name.replace(".ts", ""))) continue;
  const { passed } = await run(bin("bun"), [join(folder, name)]);
  if (!passed) process.exitCode = 1;
}
