import { expect, test } from "bun:test";
import { failedEnding, readEnding, writeEnding } from "../../../src/host/commandEnding.ts";
import { createPipeline } from "../../../src/host/pipelineModel.ts";

const QUESTION = {
  checkpoint: "run-T2-1",
  task: "T2",
  text: 'Which:\nthe "old"?',
  options: [{ answer: "old", meaning: "" }],
};

test.each([
  { report: "all done\nin two lines", reason: undefined, questions: [] },
  failedEnding("no such file"),
  { report: "1 of 2 tasks landed", reason: "Not done: T2.", questions: [] },
  { report: "1 of 2 tasks landed", reason: "T2 asks you: Which?", questions: [QUESTION] },
])("what is written is read back: %j", (ending) => {
  expect(readEnding(writeEnding(ending))).toEqual(ending);
});

test("a result that OpenCode cuts at its end is still a failure, with its whole reason", async () => {
  const whole = writeEnding({ report: "x".repeat(100_000), reason: "Not done: T2.", questions: [] });
  const parts = await answerTo(whole.slice(0, 50_000));
  const error = parts.find((part) => part.type === "error");
  expect(error).toMatchObject({ error: expect.objectContaining({ message: "Not done: T2." }) });
});

test("a report alone is the answer, and no error", async () => {
  const parts = await answerTo("all done");
  expect(parts.map((part) => part.type)).not.toContain("error");
  expect(parts).toContainEqual(expect.objectContaining({ type: "text-delta", delta: "all done" }));
});

/** What the pipeline model streams when the tool gave this text. */
async function answerTo(toolText: string) {
  const prompt = [
    { role: "tool", content: [{ type: "tool-result", output: { type: "text", value: toolText } }] },
  ] as const;
  const { stream } = await createPipeline().languageModel("pipeline").doStream({ prompt });
  const parts = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
