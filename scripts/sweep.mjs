// The slow sweeps, each with thousands of broken inputs: `npm test` runs a sample of each.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bin, root, run } from "./project.mjs";

const folder = join(root, "tests", "sweeps");
const sweeps = readdirSync(folder).filter((name) => name.endsWith("Mutations.ts"));
for (const name of sweeps) {
  const { passed } = await run(bin("bun"), [join(folder, name)]);
  if (!passed) process.exitCode = 1;
}
