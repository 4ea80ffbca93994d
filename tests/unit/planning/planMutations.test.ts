import { expect, test } from "bun:test";
import { renderPlan } from "../../../src/planning/planDocument.ts";
import { sweepPlanMutations } from "../../sweeps/planMutations.ts";
import { PLAN } from "./planSamples.ts";

/** All 10,000: `bun tests/sweeps/planMutations.ts`. */
test("broken files are read, or refused with a place", async () => {
  const { crashes, accepted } = await sweepPlanMutations(renderPlan(PLAN), 300, 1);
  expect(crashes).toEqual([]);
  expect(accepted).toBeGreaterThan(30);
}, 30_000);
