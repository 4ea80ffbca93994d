import { expect, test } from "bun:test";
import { sweepSignals } from "../../sweeps/signals.ts";

/** Two hundred of them: `npm run sweep signals`. */
const SAMPLE = 4;

test("interrupted at any moment, once or twice, it is out in time, leaves nothing behind, and the next run ends it", async () => {
  const seed = Number(process.env.SEED ?? 1);
  const { failures } = await sweepSignals({ count: SAMPLE, seed, parallel: 2 });
  expect({ seed, failures }).toEqual({ seed, failures: [] });
}, 240_000);
