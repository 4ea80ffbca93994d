/**
 * The pipeline model: a language model that is plain code. OpenCode loads this file as a provider (`npm: file://…`),
 * calls it like any model, and it does one thing: it hands the command line it was sent to our tool and reports what
 * the tool said. So the commands run inside OpenCode without a model request and without a model's opinion.
 *
 * It follows version 3 of the AI SDK's language model interface, as far as OpenCode 1.18 uses it.
 */
import { readEnding } from "./commandEnding.ts";
import { endingError } from "./endingError.ts";
import { collectLongResult } from "./longResults.ts";
import { isVerb, PIPELINE_PROVIDER, PIPELINE_TOOL } from "./names.ts";
import { readWord } from "./words.ts";

interface ToolOutput {
  readonly type: string;
  readonly value?: unknown;
}

interface PromptPart {
  readonly type: string;
  readonly text?: string;
  readonly output?: ToolOutput;
  readonly toolCallId?: string;
}

interface PromptMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string | readonly PromptPart[];
}

interface CallOptions {
  readonly prompt: readonly PromptMessage[];
  readonly tools?: readonly { readonly name: string }[];
}

type Reply =
  | { readonly kind: "call"; readonly commandLine: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "error"; readonly message: string; readonly report?: string };

type StreamPart = { readonly type: string } & Readonly<Record<string, unknown>>;

const NO_USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

/** What the model answers to a conversation: a pure function of the last message. */
function replyTo(options: CallOptions): Reply {
  const last = options.prompt.at(-1);
  if (last === undefined) return { kind: "error", message: "The pipeline model was called without a message." };
  if (last.role === "tool") return reportOf(last);

  const text = textOf(last);
  const offered = options.tools?.some((tool) => tool.name === PIPELINE_TOOL) ?? false;
  const verb = readWord(text, 0)?.value ?? "";
  if (offered && isVerb(verb)) return { kind: "call", commandLine: text };
  return {
    kind: "error",
    message:
      "This model only runs the commands of multi-agent-coder. To chat, connect a model with 'opencode auth login' and choose it.",
  };
}

function reportOf(message: PromptMessage): Reply {
  const output = partsOf(message).findLast((part) => part.type === "tool-result")?.output;
  if (output === undefined) return { kind: "error", message: "The command ended without a result." };
  const text = typeof output.value === "string" ? output.value : JSON.stringify(output.value ?? "");
  if (output.type.startsWith("error") || output.type === "execution-denied") return { kind: "error", message: text };
  const { report, reason } = readEnding(collectLongResult(text));
  return reason === undefined ? { kind: "text", text: report } : { kind: "error", message: reason, report };
}

function textOf(message: PromptMessage): string {
  if (typeof message.content === "string") return message.content;
  return message.content.map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");
}

function partsOf(message: PromptMessage): readonly PromptPart[] {
  return typeof message.content === "string" ? [] : message.content;
}

function streamOf(reply: Reply): StreamPart[] {
  const finish = (unified: string) => ({ type: "finish", usage: NO_USAGE, finishReason: { unified, raw: unified } });
  switch (reply.kind) {
    case "call": {
      const id = `call_${crypto.randomUUID()}`;
      const input = JSON.stringify({ command: reply.commandLine });
      return [
        { type: "tool-input-start", id, toolName: PIPELINE_TOOL },
        { type: "tool-input-delta", id, delta: input },
        { type: "tool-input-end", id },
        { type: "tool-call", toolCallId: id, toolName: PIPELINE_TOOL, input },
        finish("tool-calls"),
      ];
    }
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
  const last = prompt.at(-1);
  const call = last === undefined ? undefined : partsOf(last).findLast((part) => part.type === "tool-result");
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
