import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitForModel } from "../../../src/commands/modelWait.ts";
import { ModelMemory } from "../../../src/recovery/modelMemory.ts";

const MODEL = { providerID: "p", modelID: "m" };
let data = "";
let now = 0;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "model-wait-"));
  now = Date.UTC(2026, 0, 15, 12);
});
afterEach(() => rm(data, { recursive: true, force: true }));

function surroundings(more: { readonly signal?: AbortSignal; readonly onPause?: () => void } = {}) {
  const clock = { now: () => now };
  const said: string[] = [];
  return {
    memory: new ModelMemory({ XDG_DATA_HOME: data }, clock, () => undefined),
    longestWaitMs: 60_000,
    clock,
    said,
    pause: async (milliseconds: number) => {
      more.onPause?.();
      now += milliseconds;
    },
    signal: more.signal ?? new AbortController().signal,
    report: (_level: string, message: string) => void said.push(message),
  };
}

test("a model that may be asked is not waited for", async () => {
  const around = surroundings();
  expect(await waitForModel(MODEL, "backlog", around)).toBeUndefined();
  expect(around.said).toEqual([]);
});

test("one that cools down for a short time is waited for, and the user told", async () => {
  const around = surroundings();
  const since = now;
  await around.memory.coolDown(MODEL, { reason: "rate_limited", message: "slow down", retryAt: now + 42_000 });
  expect(await waitForModel(MODEL, "backlog", around)).toBeUndefined();
  expect(now - since).toBe(42_000);
  expect(around.said).toEqual([
    expect.stringMatching(/^p\/m cools down until \d\d:\d\d \(slow down\); waiting for it$/),
  ]);
});

test("one that cools down for longer is not", async () => {
  const around = surroundings();
  const cooldown = { until: now + 61_000, why: "slow down" };
  await around.memory.coolDown(MODEL, { reason: "rate_limited", message: "slow down", retryAt: cooldown.until });
  expect(await waitForModel(MODEL, "backlog", around)).toEqual(cooldown);
});

test("limits that follow one another are waited for no longer than one", async () => {
  const around = surroundings({ onPause: () => void again() });
  const again = () => around.memory.coolDown(MODEL, { reason: "rate_limited", message: "m", retryAt: now + 80_000 });
  await around.memory.coolDown(MODEL, { reason: "rate_limited", message: "m", retryAt: now + 40_000 });
  expect(await waitForModel(MODEL, "backlog", around)).toMatchObject({ why: "m" });
});

test("who interrupts waits no longer", async () => {
  const around = surroundings({ signal: AbortSignal.abort() });
  await around.memory.coolDown(MODEL, { reason: "rate_limited", message: "m", retryAt: now + 5_000 });
  expect(await waitForModel(MODEL, "backlog", around)).toBeDefined();
});
