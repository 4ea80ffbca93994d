import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { AgentActivity, SpawnOptions } from "../../src/core/agentRunner.ts";
import { agentConfiguration, toolRules } from "../../src/host/agents.ts";
import { Conversation } from "../../src/host/conversation.ts";
import { sessionRules } from "../../src/host/permissions.ts";
import { call, type ModelReply, rateLimited, text, tools } from "../support/modelReply.ts";
import { answerSchema, lastUserText, sessionOf } from "../support/modelRequest.ts";
import { type ServedOpencode, serveOpencode } from "./servedOpencode.ts";

// Answers by schema on the real OpenCode: accepted, corrected in the same session, or given up.
setDefaultTimeout(60_000);

const SCHEMA = { type: "object", properties: { words: { type: "number" } }, required: ["words"] };

let host: ServedOpencode;
/** Answers by the name a conversation was begun with, in order; the last one is repeated. */
const scripts = new Map<string, readonly ModelReply[]>();

beforeAll(async () => {
  const answered = new Map<string, number>();
  host = await serveOpencode(
    { "a.txt": "hello\n" },
    (request) => {
      const session = sessionOf(request) ?? "";
      const script = scripts.get(session) ?? [];
      const turn = answered.get(session) ?? 0;
      answered.set(session, turn + 1);
      return script[Math.min(turn, script.length - 1)] ?? text("no script");
    },
    { agent: agentConfiguration() },
  );
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

async function converse(script: readonly ModelReply[], more: Partial<SpawnOptions> = {}) {
  const { data } = await host.client.session.create(
    { title: "Contract", permission: sessionRules(toolRules("planner"), undefined) },
    { throwOnError: true },
  );
  scripts.set(data.id, script);
  const activities: AgentActivity[] = [];
  const options: SpawnOptions = {
    directory: host.repository.path,
    title: "Contract",
    timeoutSeconds: 45,
    system: "",
    answer: {
      schema: SCHEMA,
      by: "schema",
      problemOf: (answer) => (JSON.stringify(answer) === '{"words":2}' ? undefined : "words: expected 2"),
    },
    signal: new AbortController().signal,
    onActivity: (activity) => activities.push(activity),
    ...more,
  };
  const ended = await new Conversation({ ...host, secrets: [] }, data.id, "planner", options).hold("how many words?");
  const requests = host.model.requests.filter((request) => sessionOf(request) === data.id);
  return { ...ended, activities, requests };
}

const structured = (words: number) => tools(call("StructuredOutput", { words }));

test("an answer that is refused is corrected in the same session, with the reason", async () => {
  const { ending, prompts, failedStructuredOutput, requests, activities } = await converse([
    structured(1),
    structured(2),
  ]);
  expect(ending).toMatchObject({ status: "success", structured: { words: 2 } });
  expect({ prompts, failedStructuredOutput }).toEqual({ prompts: 2, failedStructuredOutput: false });
  expect(lastUserText(requests.at(-1) ?? expect.unreachable())).toContain("words: expected 2");
  expect(activities).toContainEqual({ kind: "correction", correction: 1, problem: "words: expected 2" });
});

test("a model that answers in prose is asked for JSON in words, and that it failed is told", async () => {
  const prose = text("I would say two words.");
  const { ending, prompts, failedStructuredOutput, requests } = await converse([
    prose,
    text('```json\n{"words": 2}\n```'),
  ]);
  expect(ending).toMatchObject({ status: "success", structured: { words: 2 } });
  expect({ prompts, failedStructuredOutput }).toEqual({ prompts: 2, failedStructuredOutput: true });
  const last = requests.at(-1) ?? expect.unreachable();
  expect(answerSchema(last)).toBeUndefined();
  expect(lastUserText(last)).toContain(JSON.stringify(SCHEMA));
});

test("JSON in prose is taken at once", async () => {
  const { ending, prompts, failedStructuredOutput } = await converse([text('Here you are: {"words": 2}')]);
  expect(ending).toMatchObject({ status: "success", structured: { words: 2 } });
  expect({ prompts, failedStructuredOutput }).toEqual({ prompts: 1, failedStructuredOutput: true });
});

test("after two corrections it is given up, with the last reason", async () => {
  const { ending, prompts } = await converse([structured(1)]);
  expect(ending).toMatchObject({
    status: "error",
    failure: { reason: "invalid_answer", message: "words: expected 2" },
  });
  expect(prompts).toBe(3);
});

test("asked in words, a model is offered no tool for its answer", async () => {
  const { ending, requests, failedStructuredOutput } = await converse([text('{"words": 2}')], {
    answer: { schema: SCHEMA, by: "text", problemOf: () => undefined },
  });
  expect(ending).toMatchObject({ status: "success", structured: { words: 2 } });
  expect(failedStructuredOutput).toBe(false);
  expect(answerSchema(requests[0] ?? expect.unreachable())).toBeUndefined();
});

test("who has another model leaves at the first rate limit, with the time the provider names", async () => {
  const before = Date.now();
  const { ending, requests } = await converse([rateLimited(600)], { providerRetries: 0 });
  expect(ending).toMatchObject({ status: "error", failure: { reason: "rate_limited" } });
  const retryAt = (ending.status === "error" ? ending.failure.retryAt : undefined) ?? 0;
  expect(retryAt - before).toBeGreaterThan(550_000);
  expect(retryAt - before).toBeLessThan(700_000);
  expect(requests).toHaveLength(1);
});

test("the time limit is for the whole of it, corrections included", async () => {
  const { ending } = await converse([structured(1), { kind: "hang" }], { timeoutSeconds: 3 });
  expect(ending).toEqual({ status: "timeout", message: "no answer within 3 s" });
});
