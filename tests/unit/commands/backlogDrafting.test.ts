import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { draftByModel } from "../../../src/commands/backlogDrafting.ts";
import { optionsSchema } from "../../../src/config.ts";
import { type AgentRunner, nothingSpent, type SpawnOptions } from "../../../src/core/agentRunner.ts";
import type { CommandContext } from "../../../src/core/commandContext.ts";
import { makeItem, makePlan } from "../backlog/plans.ts";

const MODEL = { providerID: "p", modelID: "m" };
const DRAFT = { tasks: [{ id: "A", title: "a", description: "b", depends_on: [], files: ["src/P1.ts"] }] };
const REQUEST = { plan: makePlan([makeItem("P1")]), trackId: "t", verify: [], setup: [] };
const progress = { log: () => undefined };

/** What the agent was asked with, in a data folder that remembers what models did. */
async function askedWith(
  data: string,
  canCallTools: boolean,
  failedStructuredOutput: boolean,
): Promise<SpawnOptions[]> {
  const asked: SpawnOptions[] = [];
  const runner: AgentRunner = {
    spawnAgent: async (_role, _prompt, options) => {
      asked.push(options);
      const metadata = { ...nothingSpent(MODEL), failedStructuredOutput };
      return { status: "success", text: "", structured: DRAFT, metadata };
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
    clock: { now: () => 1_000_000 },
    workerNotices: [],
    signal: new AbortController().signal,
    progressStream: undefined,
    notify: undefined,
  };
  await draftByModel(REQUEST, "/repository/tasks/PLAN.md", context, progress);
  return asked;
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
