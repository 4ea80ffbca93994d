import { expect, test } from "bun:test";
import { join } from "node:path";

const SWEEP = join(import.meta.dir, "../../sweeps/schedules.ts");

/** In a process of its own, since it puts other modules in the place of real ones. 10,000: `npm run sweep schedules`. */
test("500 schedules of agents, people and deaths end as they may, and nothing happens twice or too early", async () => {
  const child = Bun.spawn([process.execPath, SWEEP, "500"], { stdout: "pipe", stderr: "pipe" });
  const [said, failures] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  expect(failures).toBe("");
  expect(said).toContain(": 0 failures");
}, 180_000);
