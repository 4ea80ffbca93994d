import { expect, test } from "bun:test";
import { sweepFaults } from "../../sweeps/faults.ts";
import { sweepHostFaults } from "../../sweeps/hostFaults.ts";

/** As many as there is time for, the same each time; others and all of them: `npm run sweep faults`. */
const SAMPLE = 4;

test("a file or a git command that fails ends a run with a reason, and harms nothing", async () => {
  const seed = Number(process.env.SEED ?? 1);
  const { failures, told } = await sweepFaults({ count: SAMPLE, seed, parallel: 2 });
  expect({ seed, failures, told }).toEqual({ seed, failures: [], told });
}, 180_000);

/** All of them: `npm run sweep hostFaults`. */
test("an agent that ends badly, or not at all, holds nothing up for good", async () => {
  const { failures, trials } = await sweepHostFaults(/^(a failing provider|silence until the run is stopped) 1$/);
  expect(failures).toEqual([]);
  expect(trials).toBe(2);
}, 180_000);
