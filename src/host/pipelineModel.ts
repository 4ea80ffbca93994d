/**
 * The pipeline model: a language model that is plain code. OpenCode loads this file as a provider (`npm: file://…`),
 * calls it like any model, and it does one thing: it hands the command line it was sent to our tool and reports what
 * the tool said (pipelineReplies.ts). So the commands run inside OpenCode without a model request and without a model's
 * opinion.
 *
 * It follows version 3 of the AI SDK's language model interface, as far as OpenCode 1.18 uses it.
 */
import { endingError } from "./endingError.ts";
import { PIPELINE_PROVIDER } from "./names.ts";
import { type CallOptions, partsOf, type Reply, replyTo, type ToolUse } from "./pipelineReplies.ts";

type StreamPart = { readonly type: string } & Readonly<Record<string, unknown>>;

const NO_USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

function streamOf(reply: Reply): StreamPart[] {
  const finish = (unified: string) => ({ type: "finish", usage: NO_USAGE, finishReason: { unified, raw: unified } });
  switch (reply.kind) {
    case "calls":
      return [...textParts(reply.text ?? ""), ...reply.calls.flatMap(callParts), finish("tool-calls")];
    case "text":
      return [...textParts(reply.text), finish("stop")];
    case "error":
      return [
        ...textParts(reply.report === undefined || reply.report === "" ? "" : `${reply.report}\n`),
        { type: "error", error: endingError(reply.message) },
        finish("error"),
      ];
  }
}

function callParts({ id, tool: toolName, input: given }: ToolUse): StreamPart[] {
  const input = JSON.stringify(given);
  return [
    { type: "tool-input-start", id, toolName },
    { type: "tool-input-delta", id, delta: input },
    { type: "tool-input-end", id },
    { type: "tool-call", toolCallId: id, toolName, input },
  ];
}

function textParts(text: string): StreamPart[] {
  if (text === "") return [];
  const id = "answer";
  return [
    { type: "text-start", id },
    { type: "text-delta", id, delta: text },
    { type: "text-end", id },
  ];
}

/** Ids of tool calls whose report was told together with a reason. */
const toldReports = new Set<string>();

/** OpenCode asks again where it takes the reason for a provider's failure ("502"): the report was printed by then. */
function withoutRepeat(reply: Reply, { prompt }: CallOptions): Reply {
  const call = partsOf(prompt.at(-1)).findLast((part) => part.type === "tool-result");
  if (reply.kind !== "error" || call?.toolCallId === undefined) return reply;
  if (toldReports.has(call.toolCallId)) return { kind: "error", message: reply.message };
  toldReports.add(call.toolCallId);
  return reply;
}

function languageModel(modelId: string) {
  return {
    specificationVersion: "v3" as const,
    provider: PIPELINE_PROVIDER,
    modelId,
    supportedUrls: {},
    doStream(options: CallOptions) {
      const reply = withoutRepeat(replyTo(options), options);
      const parts: StreamPart[] = [{ type: "stream-start", warnings: [] }, ...streamOf(reply)];
      const stream = new ReadableStream<StreamPart>({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          controller.close();
        },
      });
      return Promise.resolve({ stream });
    },
    doGenerate(options: CallOptions) {
      const reply = replyTo(options);
      if (reply.kind === "error") return Promise.reject(endingError(reply.message));
      const content =
        reply.kind === "text"
          ? [{ type: "text", text: reply.text }]
          : streamOf(reply).filter((part) => part.type === "tool-call");
      const unified = reply.kind === "text" ? "stop" : "tool-calls";
      return Promise.resolve({ content, finishReason: { unified, raw: unified }, usage: NO_USAGE, warnings: [] });
    },
  };
}

/** OpenCode calls the first export whose name starts with `create`. */
export function createPipeline() {
  return { languageModel };
}
