import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { draftByModel } from "../../../src/commands/backlogDrafting.ts";
import { optionsSchema } from "../../../src/config.ts";
import {
  type AgentFailure,
  type AgentRunner,
  nothingSpent,
  type SpawnOptions,
  type SpawnResult,
} from "../../../src/core/agentRunner.ts";
import type { CommandContext } from "../../../src/core/commandContext.ts";
import { Refusal } from "../../../src/core/refusal.ts";
import { ModelMemory } from "../../../src/recovery/modelMemory.ts";
import { makeItem, makePlan } from "../backlog/plans.ts";

const MODEL = { providerID: "p", modelID: "m" };
const DRAFT = { tasks: [{ id: "A", title: "a", description: "b", depends_on: [], files: ["src/P1.ts"] }] };
const REQUEST = { plan: makePlan([makeItem("P1")]), trackId: "t", verify: [], setup: [] };
const NOW = 1_000_000;
const HOUR = 3_600_000;
const progress = { log: () => undefined };

/** Asks for a draft in a data folder that remembers what models did; the runner answers as `answer` says. */
async function draft(
  data: string,
  canCallTools: boolean,
  answer: () => Omit<SpawnResult & { status: "success" }, "metadata"> | { status: "error"; failure: AgentFailure },
  failedStructuredOutput = false,
): Promise<{ readonly asked: SpawnOptions[]; readonly refusal: string | undefined }> {
  const asked: SpawnOptions[] = [];
  const runner: AgentRunner = {
    hostSession: undefined,
    endSessions: async () => [],
    spawnAgent: async (_role, _prompt, options) => {
      asked.push(options);
      return { ...answer(), metadata: { ...nothingSpent(MODEL), failedStructuredOutput } };
    },
  };
  const context: CommandContext = {
    directory: "/repository/packages",
    environment: { XDG_DATA_HOME: data },
    options: optionsSchema.parse({}),
    runner,
    models: {
      sessionModel: MODEL,
      has: () => true,
      facts: () => ({ canCallTools, contextTokens: undefined, price: undefined }),
      free: () => [],
      explainNoFree: () => "no free model is connected",
      explainMissing: () => "",
    },
    clock: { now: () => NOW },
    pause: async () => undefined,
    workerNotices: [],
    signal: new AbortController().signal,
    progressStream: undefined,
    notify: undefined,
  };
  try {
    await draftByModel(REQUEST, "/repository/tasks/PLAN.md", context, progress);
    return { asked, refusal: undefined };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { asked, refusal: error.message };
  }
}

const answers = () => ({ status: "success", text: "", structured: DRAFT }) as const;

async function askedWith(data: string, canCallTools: boolean, failedStructuredOutput: boolean) {
  return (await draft(data, canCallTools, answers, failedStructuredOutput)).asked;
}

test("a model that cannot call tools, or was seen to fail at structured output, is asked for JSON in words", async () => {
  const data = await mkdtemp(join(tmpdir(), "mac-models-"));
  try {
    const [noTools] = await askedWith(data, false, false);
    expect([noTools?.answer?.by, noTools?.withoutTools]).toEqual(["text", true]);
    const [able] = await askedWith(data, true, true);
    expect([able?.answer?.by, able?.withoutTools]).toEqual(["schema", false]);
    const [remembered] = await askedWith(data, true, false);
    expect([remembered?.answer?.by, remembered?.withoutTools]).toEqual(["text", false]);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});

const limited = (retryAt: number) => () => {
  const failure: AgentFailure = { reason: "rate_limited", message: "too many requests", retryable: true, retryAt };
  return { status: "error", failure } as const;
};

test("a limit the drafter runs into is remembered, and the next command says until when instead of asking", async () => {
  const data = await mkdtemp(join(tmpdir(), "mac-models-"));
  try {
    const first = await draft(data, true, limited(NOW + HOUR));
    expect([first.asked.length, first.refusal]).toEqual([1, expect.stringContaining("too many requests")]);
    const second = await draft(data, true, answers);
    expect(second.asked).toEqual([]);
    expect(second.refusal).toMatch(/^No backlog was written: p\/m cools down until \d\d:\d\d \(too many requests\)/);
    expect(second.refusal).toContain("models.backlog");
    expect(second.refusal).toContain("--draft=plan");
    expect(second.refusal?.split("\n")).toHaveLength(1);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});

test("a drafter that fails again and again rests", async () => {
  const data = await mkdtemp(join(tmpdir(), "mac-models-"));
  const failure: AgentFailure = { reason: "provider", message: "HTTP 500", retryable: false };
  try {
    for (let index = 0; index < 3; index++) {
      expect((await draft(data, true, () => ({ status: "error", failure }))).asked).toHaveLength(1);
    }
    const rested = await draft(data, true, answers);
    expect(rested.asked).toEqual([]);
    expect(rested.refusal).toContain("failed 3 times in 5 minutes, last: HTTP 500");
    // Its failures as a drafter say nothing about its work as a planner.
    const memory = new ModelMemory({ XDG_DATA_HOME: data }, { now: () => NOW }, () => undefined);
    expect(await memory.cooldownOf(MODEL, "planner")).toBeUndefined();
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});
