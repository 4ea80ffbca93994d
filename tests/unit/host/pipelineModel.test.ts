import { expect, test } from "bun:test";
import { writeEnding } from "../../../src/host/commandEnding.ts";
import { createPipeline } from "../../../src/host/pipelineModel.ts";

/** Types of the parts the model streams for a tool result with this id. */
async function streamed(toolCallId: string): Promise<string[]> {
  const value = writeEnding({ report: "3 of 4 tasks landed.", reason: "Not done: T502." });
  const content = [{ type: "tool-result", toolCallId, output: { type: "text", value } }];
  const { stream } = await createPipeline()
    .languageModel("pipeline")
    .doStream({ prompt: [{ role: "tool", content }] });
  const types: string[] = [];
  for await (const part of stream) types.push(part.type);
  return types;
}

test("a report is told once, however often OpenCode asks again for the reason after it", async () => {
  expect(await streamed("call_1")).toContain("text-delta");
  const again = await streamed("call_1");
  expect(again).not.toContain("text-delta");
  expect(again).toContain("error");
  expect(await streamed("call_2")).toContain("text-delta");
});
