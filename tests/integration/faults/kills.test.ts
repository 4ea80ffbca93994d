import { expect, test } from "bun:test";
import { sweepKills } from "../../sweeps/kills.ts";

/** As many as there is time for, the same each time; others and all of them: `npm run sweep kills`. */
const SAMPLE = 4;

test("killed anywhere, once or twice, a run ends as if nothing had happened", async () => {
  const seed = Number(process.env.SEED ?? 1);
  const { failures, trials } = await sweepKills({ count: SAMPLE, seed, parallel: 2 });
  expect({ seed, failures }).toEqual({ seed, failures: [] });
  expect(trials).toBe(SAMPLE);
}, 180_000);
