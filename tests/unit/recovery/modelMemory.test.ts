import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentFailure } from "../../../src/core/agentRunner.ts";
import { ModelMemory } from "../../../src/recovery/modelMemory.ts";

const MODEL = { providerID: "google", modelID: "models/gemini-x:free" };
const HOUR = 3_600_000;
const limit = (more: Partial<AgentFailure> = {}) => ({
  reason: "rate_limited" as const,
  message: "slow down",
  ...more,
});

let data = "";
let now = Date.UTC(2026, 0, 15, 12);
let troubles: string[] = [];
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "model-memory-"));
  now = Date.UTC(2026, 0, 15, 12);
  troubles = [];
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** What another process would see. */
const memory = () => new ModelMemory({ XDG_DATA_HOME: data }, { now: () => now }, (message) => troubles.push(message));

test("nothing is known of a model nobody asked, and nothing is written", async () => {
  expect(await memory().cooldownOf(MODEL)).toBeUndefined();
  expect(await memory().failsAtStructuredOutput(MODEL)).toBe(false);
  expect(await readdir(data)).toEqual([]);
});

test.each([
  ["until the time the provider names", limit({ retryAt: Date.UTC(2026, 0, 15, 14, 5) }), 125 * 60_000],
  ["5 s after a first rate limit without a time", limit(), 5_000],
  ["an hour after a quota without a time", limit({ reason: "quota_exhausted" }), HOUR],
  ["24 hours at most", limit({ retryAt: Date.UTC(2027, 0, 1) }), 24 * HOUR],
  ["a second at least", limit({ retryAt: 0 }), 1_000],
])("a model cools down %s, for other processes too", async (_what, failure, milliseconds) => {
  const until = now + milliseconds;
  expect(await memory().coolDown(MODEL, failure)).toEqual({ until, why: "slow down" });
  now = until - 1;
  expect(await memory().cooldownOf(MODEL)).toEqual({ until, why: "slow down" });
  now = until;
  expect(await memory().cooldownOf(MODEL)).toBeUndefined();
  expect(await memory().cooldownOf({ ...MODEL, modelID: "other" })).toBeUndefined();
});

/** Seconds of wait for each rate limit without a time, each coming when the wait for the one before is over. */
async function waits(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index++) {
    const { until } = await memory().coolDown(MODEL, limit());
    found.push((until - now) / 1_000);
    now = until;
  }
  return found;
}

test("rate limits in a row without a time are waited for 5, 30, then 60 s, until it answers", async () => {
  expect(await waits(5)).toEqual([5, 30, 60, 60, 60]);
  await memory().succeeded(MODEL, "worker");
  expect(await waits(2)).toEqual([5, 30]);
});

test("an hour after the last rate limit the waits begin anew", async () => {
  expect(await waits(2)).toEqual([5, 30]);
  now += HOUR + 1;
  expect(await waits(1)).toEqual([5]);
});

test("several that are refused at once are one rate limit, and none shortens a longer wait", async () => {
  const one = memory();
  await Promise.all([limit(), limit(), limit()].map((failure) => one.coolDown(MODEL, failure)));
  expect(await one.cooldownOf(MODEL)).toEqual({ until: now + 5_000, why: "slow down" });
  await one.coolDown(MODEL, limit({ retryAt: now + HOUR }));
  await one.coolDown(MODEL, limit());
  expect(await one.cooldownOf(MODEL)).toMatchObject({ until: now + HOUR });
});

test("a model that failed three times in a role rests in that role for 15 minutes, for other processes too", async () => {
  for (const why of ["one", "two", "three"]) await memory().failed(MODEL, "worker", why);
  expect(await memory().cooldownOf(MODEL, "worker")).toEqual({
    until: now + HOUR / 4,
    why: "failed 3 times in 5 minutes, last: three",
  });
  expect(await memory().cooldownOf(MODEL, "backlog")).toBeUndefined();
  expect(await memory().cooldownOf(MODEL)).toBeUndefined();
  expect(await memory().cooldownOf({ ...MODEL, modelID: "other" }, "worker")).toBeUndefined();
});

test("after that one may try it, and only one; how that goes decides for the others", async () => {
  const fail = () => memory().failed(MODEL, "worker", "down");
  for (let index = 0; index < 3; index++) await fail();
  now += HOUR / 4;
  const one = memory();
  const admissions = await Promise.all([1, 2, 3].map(() => one.admit(MODEL, "worker")));
  expect(admissions.map(({ kind }) => kind)).toEqual(["admitted", "refused", "refused"]);
  expect(admissions[0]).toEqual({ kind: "admitted", isTrial: true });
  expect(await memory().admit(MODEL, "worker")).toMatchObject({ kind: "refused" });

  await fail();
  expect(await memory().cooldownOf(MODEL, "worker")).toMatchObject({ until: now + HOUR / 4 });
  now += HOUR / 4;
  expect(await memory().admit(MODEL, "worker")).toEqual({ kind: "admitted", isTrial: true });
  await memory().undecided(MODEL, "worker");
  expect(await memory().admit(MODEL, "worker")).toEqual({ kind: "admitted", isTrial: true });
  await memory().coolDown(MODEL, limit(), "worker");
  now += 5_000;
  expect(await memory().admit(MODEL, "worker")).toEqual({ kind: "admitted", isTrial: true });
  await memory().succeeded(MODEL, "worker");
  expect(await memory().admit(MODEL, "worker")).toEqual({ kind: "admitted", isTrial: false });
});

test("a success that changes nothing writes nothing", async () => {
  await memory().succeeded(MODEL, "worker");
  await memory().undecided(MODEL, "worker");
  expect(await memory().admit(MODEL, "worker")).toEqual({ kind: "admitted", isTrial: false });
  expect(await readdir(data)).toEqual([]);
});

test("a failed structured answer is forgotten after seven days, and a cooldown does not hide it", async () => {
  await memory().rememberFailedStructuredOutput(MODEL);
  await memory().coolDown(MODEL, limit());
  now += 7 * 24 * HOUR - 1;
  expect(await memory().failsAtStructuredOutput(MODEL)).toBe(true);
  now += 1;
  expect(await memory().failsAtStructuredOutput(MODEL)).toBe(false);
});

test("of two that note something at once in one process, both are kept", async () => {
  const one = memory();
  await Promise.all([one.coolDown(MODEL, limit()), one.rememberFailedStructuredOutput(MODEL)]);
  expect(await one.cooldownOf(MODEL)).toBeDefined();
  expect(await one.failsAtStructuredOutput(MODEL)).toBe(true);
});

test.each(["", "{", "[]", '{"version":1}', '{"version":9}', "\0", '{"version":1,"model":"x","cooldown":5}'])(
  "a damaged file (%j) counts as empty, is named once, and is mended by the next fact",
  async (damage) => {
    await memory().coolDown(MODEL, limit());
    const [file = ""] = await readdir(memory().folder);
    await writeFile(join(memory().folder, file), damage);
    const one = memory();
    expect(await one.cooldownOf(MODEL)).toBeUndefined();
    expect(await one.failsAtStructuredOutput(MODEL)).toBe(false);
    expect(troubles).toEqual([expect.stringContaining("is damaged")]);
    await one.coolDown(MODEL, limit());
    expect(await memory().cooldownOf(MODEL)).toBeDefined();
  },
);

test("a time no clock can have meant is not waited for", async () => {
  await memory().coolDown(MODEL, limit());
  now -= 30 * 24 * HOUR;
  expect(await memory().cooldownOf(MODEL)).toBeUndefined();
});

test("without a folder it can write, it still remembers while the command runs, and says so once", async () => {
  await writeFile(join(data, "multi-agent-coder"), "a file in the way");
  const one = memory();
  await one.coolDown(MODEL, limit());
  await one.rememberFailedStructuredOutput(MODEL);
  expect(await one.cooldownOf(MODEL)).toBeDefined();
  expect(await one.failsAtStructuredOutput(MODEL)).toBe(true);
  expect(troubles).toHaveLength(1);
});

test("names that make no file name cost no command", async () => {
  const one = memory();
  for (const modelID of ["../../etc/passwd", "x".repeat(400), "half \ud800"]) {
    await one.coolDown({ providerID: "p", modelID }, limit());
    expect(await one.cooldownOf({ providerID: "p", modelID })).toBeDefined();
  }
  expect(await readdir(data)).toEqual(["multi-agent-coder"]);
});

test("the files are for their owner alone", async () => {
  await mkdir(memory().folder, { recursive: true });
  await chmod(memory().folder, 0o700);
  await memory().coolDown(MODEL, limit());
  const [file = ""] = await readdir(memory().folder);
  expect((await stat(join(memory().folder, file))).mode & 0o077).toBe(0);
});
