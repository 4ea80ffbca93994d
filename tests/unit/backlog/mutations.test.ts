import { expect, test } from "bun:test";
import { sweepBacklogMutations } from "../../sweeps/backlogMutations.ts";

test("200 of the 10,000 mutated files (tests/sweeps/backlogMutations.ts): taken, or refused with a place", async () => {
  const { crashes } = await sweepBacklogMutations(200);
  expect(crashes).toEqual([]);
});
