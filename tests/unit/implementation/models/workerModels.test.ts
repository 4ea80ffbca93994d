import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionsSchema } from "../../../../src/config.ts";
import { type AgentFailure, nothingSpent, type SpawnResult } from "../../../../src/core/agentRunner.ts";
import { formatModelRef, type ModelCatalog } from "../../../../src/core/modelCatalog.ts";
import { ModelRouter } from "../../../../src/implementation/modelRouter.ts";
import { type RoutedTask, WorkerModels } from "../../../../src/implementation/models/workerModels.ts";
import { ModelMemory } from "../../../../src/recovery/modelMemory.ts";
import { makeTask } from "../../backlog/fixtures.ts";

const MINUTE = 60_000;
const ONE = { providerID: "a", modelID: "one" };
const TWO = { providerID: "a", modelID: "two" };
const ROUTED: RoutedTask = {
  task: makeTask({ id: "T001" }),
  complexity: "simple",
  history: { escalations: 0, tooWeak: [] },
};
const catalog: ModelCatalog = {
  sessionModel: undefined,
  has: () => true,
  facts: () => ({ canCallTools: true, contextTokens: undefined, price: undefined }),
  free: () => [],
  explainNoFree: () => "",
  explainMissing: () => "",
};

let data = "";
let now = 0;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "worker-models-"));
  now = Date.UTC(2026, 0, 15, 12);
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** What another command would see. */
function commandWith(simple: readonly string[]): WorkerModels {
  const clock = { now: () => now };
  return new WorkerModels({
    router: new ModelRouter(optionsSchema.parse({ models: { simple } }).models, catalog),
    memory: new ModelMemory({ XDG_DATA_HOME: data }, clock, () => undefined),
    clock,
  });
}

const error = (reason: AgentFailure["reason"], more: Partial<AgentFailure> = {}): SpawnResult => ({
  status: "error",
  failure: { reason, message: "no", retryable: true, ...more },
  metadata: nothingSpent(undefined),
});
const DONE: SpawnResult = { status: "success", text: "", metadata: nothingSpent(undefined) };

async function chosen(models: WorkerModels, routed = ROUTED): Promise<string> {
  const result = await models.choose(routed);
  return result.ok ? formatModelRef(result.value.model) : result.failure.reason;
}

test("a model at its limit is passed over until the limit ends, in later commands too", async () => {
  const models = commandWith(["a/one", "a/two"]);
  expect(await chosen(models)).toBe("a/one");
  await models.note(ONE, "worker", error("rate_limited", { retryAt: now + 10 * MINUTE }));
  expect(await chosen(models)).toBe("a/two");
  expect(await chosen(commandWith(["a/one", "a/two"]))).toBe("a/two");
  now += 10 * MINUTE;
  expect(await chosen(models)).toBe("a/one");
});

test("with nobody left a task is not to start before the first is back", async () => {
  const models = commandWith(["a/one", "a/two"]);
  expect(models.notBefore(ROUTED)).toBeUndefined();
  await models.note(ONE, "worker", error("rate_limited", { retryAt: now + 10 * MINUTE }));
  expect(models.notBefore(ROUTED)).toBeUndefined();
  await models.note(TWO, "worker", error("rate_limited"));
  expect(models.notBefore(ROUTED)).toBe(now + 5_000);
  expect(await models.choose(ROUTED)).toMatchObject({ failure: { reason: "cooling", notBefore: now + 5_000 } });
  now += 5_000;
  expect(models.notBefore(ROUTED)).toBeUndefined();
  expect(await chosen(models)).toBe("a/two");
});

test("a model that fails three times rests; then one task tries it, and the others wait for what comes of that", async () => {
  const models = commandWith(["a/one"]);
  for (let index = 0; index < 3; index++) {
    expect(await chosen(models)).toBe("a/one");
    await models.note(ONE, "worker", error("provider"));
  }
  expect(await models.choose(ROUTED)).toMatchObject({ failure: { notBefore: now + 15 * MINUTE } });
  now += 15 * MINUTE;
  const all = await Promise.all([1, 2, 3, 4].map(() => chosen(models)));
  expect(all).toEqual(["a/one", "cooling", "cooling", "cooling"]);
  await models.note(ONE, "worker", DONE);
  expect(await Promise.all([1, 2].map(() => chosen(models)))).toEqual(["a/one", "a/one"]);
});

test("a trial that is seen at work is waited for no longer", async () => {
  const models = commandWith(["a/one"]);
  for (let index = 0; index < 3; index++) await models.note(ONE, "worker", error("unreachable"));
  now += 15 * MINUTE;
  expect(await chosen(models)).toBe("a/one");
  expect(models.notBefore(ROUTED)).toBeDefined();
  await models.seenAtWork(ONE);
  expect(models.notBefore(ROUTED)).toBeUndefined();
  expect(await chosen(models)).toBe("a/one");
});

test("a trial that does not take place is another task's", async () => {
  const models = commandWith(["a/one"]);
  for (let index = 0; index < 3; index++) await models.note(ONE, "worker", error("provider"));
  now += 15 * MINUTE;
  expect(await chosen(models)).toBe("a/one");
  await models.giveBack(ONE);
  expect([await chosen(models), await chosen(models)]).toEqual(["a/one", "cooling"]);
});

test("what another command tries is waited for", async () => {
  const models = commandWith(["a/one"]);
  for (let index = 0; index < 3; index++) await models.note(ONE, "worker", error("provider"));
  now += 15 * MINUTE;
  expect(await chosen(commandWith(["a/one"]))).toBe("a/one");
  expect(await chosen(models)).toBe("cooling");
});

test("work that was only hard does not count against the model", async () => {
  const models = commandWith(["a/one"]);
  const tooLong: SpawnResult = {
    status: "timeout",
    message: "10 min",
    metadata: { ...nothingSpent(ONE), tokensUsed: 9 },
  };
  for (const result of [tooLong, error("context_overflow"), error("aborted"), error("prompt_refused"), tooLong]) {
    await models.note(ONE, "worker", result);
  }
  expect(await chosen(models)).toBe("a/one");
});

test("a model whose key is refused is not asked again in this command", async () => {
  const models = commandWith(["a/one", "a/two"]);
  await models.note(ONE, "worker", error("authentication", { message: "401" }));
  expect(await chosen(models)).toBe("a/two");
  await models.note(TWO, "worker", error("model_unavailable"));
  expect(await models.choose(ROUTED)).toMatchObject({
    failure: { reason: "unusable", message: expect.stringContaining("a/one cannot be used (401)") },
  });
  expect(models.notBefore(ROUTED)).toBeUndefined();
  expect(await chosen(commandWith(["a/one", "a/two"]))).toBe("a/one");
});

test("failures in another role leave workers alone; a limit is everybody's", async () => {
  const models = commandWith(["a/one"]);
  for (let index = 0; index < 3; index++) await models.note(ONE, "reviewer", error("invalid_answer"));
  expect(await chosen(models)).toBe("a/one");
  await models.note(ONE, "probe", error("rate_limited"));
  expect(await chosen(models)).toBe("cooling");
});
