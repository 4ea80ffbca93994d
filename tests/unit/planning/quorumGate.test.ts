import { expect, test } from "bun:test";
import { QuorumGate } from "../../../src/planning/quorumGate.ts";

/** Waits until it is decided, however long. */
const patient = (decided: AbortSignal) =>
  new Promise<void>((resolve) => decided.addEventListener("abort", () => resolve(), { once: true }));
const impatient = async () => {};

test("an agent that the others can do without is not needed once they have answered", async () => {
  const gate = new QuorumGate(["a", "b", "c"], 2);
  const needed = gate.isNeeded("a", patient);
  gate.settle("b", true);
  gate.settle("c", true);
  expect(await needed).toBe(false);
  expect(await gate.isNeeded("b", patient)).toBe(false);
});

test("it is needed as soon as those who still plan cannot make the quorum", async () => {
  const gate = new QuorumGate(["a", "b", "c"], 2);
  const needed = gate.isNeeded("a", patient);
  gate.settle("b", true);
  gate.settle("c", false);
  expect(await needed).toBe(true);
});

test("of several that wait only so many go on as are needed, the first first", async () => {
  const gate = new QuorumGate(["a", "b", "c"], 2);
  const went: string[] = [];
  const waiting = ["a", "b", "c"].map(async (agent) => {
    const isNeeded = await gate.isNeeded(agent, patient);
    if (isNeeded) went.push(agent);
    if (isNeeded) gate.settle(agent, true);
    return isNeeded;
  });
  expect(await Promise.all(waiting)).toEqual([true, true, false]);
  expect(went).toEqual(["a", "b"]);
});

test("one that went on and failed makes place for the next", async () => {
  const gate = new QuorumGate(["a", "b"], 1);
  const first = gate.isNeeded("a", patient);
  const second = gate.isNeeded("b", patient);
  expect(await first).toBe(true);
  gate.settle("a", false);
  expect(await second).toBe(true);
});

test("whose patience is over goes on", async () => {
  const gate = new QuorumGate(["a", "b", "c"], 2);
  expect(await gate.isNeeded("a", impatient)).toBe(true);
  gate.settle("b", true);
  gate.settle("a", true);
  expect(await gate.isNeeded("c", impatient)).toBe(false);
});
