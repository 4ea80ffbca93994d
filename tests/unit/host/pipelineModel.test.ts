import { expect, test } from "bun:test";
import { writeEnding } from "../../../src/host/commandEnding.ts";
import { createPipeline } from "../../../src/host/pipelineModel.ts";
import type { PromptMessage } from "../../../src/host/pipelineReplies.ts";

const model = createPipeline().languageModel("pipeline");

/** What the model streams to a conversation. */
async function streamed(prompt: readonly PromptMessage[], ...tools: string[]) {
  const { stream } = await model.doStream({ prompt, tools: tools.map((name) => ({ name })) });
  const parts: Readonly<Record<string, unknown>>[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const typesOf = async (...given: Parameters<typeof streamed>) => (await streamed(...given)).map(({ type }) => type);

test("a report is told once, however often OpenCode asks again for the reason after it", async () => {
  const value = writeEnding({ report: "3 of 4 tasks landed.", reason: "Not done: T502.", questions: [] });
  const ended = (toolCallId: string): PromptMessage[] => [
    { role: "tool", content: [{ type: "tool-result", toolCallId, output: { type: "text", value } }] },
  ];
  expect(await typesOf(ended("call_1"))).toContain("text-delta");
  const again = await typesOf(ended("call_1"));
  expect(again).not.toContain("text-delta");
  expect(again).toContain("error");
  expect(await typesOf(ended("call_2"))).toContain("text-delta");
});

test("several calls of one reply arrive as calls of their own, after what is said", async () => {
  const answers = JSON.stringify([["the old"], ["my own"]]);
  const question = (task: string) => ({ checkpoint: `run-${task}-1`, task, text: "Which?", options: [] });
  const ending = writeEnding({ report: "1 landed.", reason: "T1 asks.", questions: [question("T1"), question("T2")] });
  const result = (toolName: string, value: string): PromptMessage => ({
    role: "tool",
    content: [{ type: "tool-result", toolName, output: { type: "text", value } }],
  });
  const parts = await streamed([
    { role: "user", content: "implement" },
    result("mac_pipeline", ending),
    result("question", answers),
  ]);
  const calls = parts.filter(({ type }) => type === "tool-call");
  expect(calls.map(({ input }) => input)).toEqual([
    JSON.stringify({ command: 'answer --checkpoint=run-T1-1 --input="the old"' }),
    JSON.stringify({ command: 'answer --checkpoint=run-T2-1 --input="my own"' }),
  ]);
  expect(new Set(calls.map(({ toolCallId }) => toolCallId)).size).toBe(2);
  expect(parts.at(-1)).toMatchObject({ type: "finish", finishReason: { unified: "tool-calls" } });
});
