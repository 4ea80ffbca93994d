import type { ServerResponse } from "node:http";
import { unreachable } from "../../src/core/unreachable.ts";

export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Usage {
  readonly input: number;
  readonly output: number;
}

/** What a scripted model says to one request, well behaved or not. */
export type ModelReply =
  | { readonly kind: "text"; readonly text: string; readonly usage?: Usage }
  | { readonly kind: "tools"; readonly calls: readonly ToolCall[]; readonly text?: string; readonly usage?: Usage }
  /** An HTTP error, with the error body of the OpenAI API. */
  | {
      readonly kind: "error";
      readonly status: number;
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Accepts the request and never answers. */
  | { readonly kind: "hang" }
  /** Streams `text`, then drops the connection. */
  | { readonly kind: "cut"; readonly text: string }
  /** A stream, or a body, that is not JSON. */
  | { readonly kind: "malformed" };

export const text = (content: string): ModelReply => ({ kind: "text", text: content });
export const tools = (...calls: readonly ToolCall[]): ModelReply => ({ kind: "tools", calls });
export const call = (name: string, input: ToolCall["input"]): ToolCall => ({ name, input });

/** A 429 as providers send it; `retryAfterSeconds` is the header OpenCode obeys. */
export function rateLimited(retryAfterSeconds: number): ModelReply {
  return {
    kind: "error",
    status: 429,
    message: "Rate limit reached",
    headers: { "retry-after": String(retryAfterSeconds) },
  };
}

export interface ReplyFrame {
  /** Unique per server: ids of the completion and its tool calls are made from it. */
  readonly sequence: number;
  readonly model: string;
  readonly stream: boolean;
  /** Tokens the reply claims to have used. */
  readonly usage: Usage;
}

/** The tokens a reply claims: what it says itself, else four bytes a token of the request and of the answer. */
export function usageOf(reply: ModelReply, requestBytes: number): Usage {
  if (reply.kind !== "text" && reply.kind !== "tools") return { input: 0, output: 0 };
  if (reply.usage !== undefined) return reply.usage;
  const spoken = (reply.text ?? "").length + (reply.kind === "tools" ? JSON.stringify(reply.calls).length : 0);
  return { input: Math.ceil(requestBytes / 4), output: Math.ceil(spoken / 4) };
}

/** Writes one reply in the OpenAI chat-completions format, streamed or whole. */
export function sendReply(response: ServerResponse, reply: ModelReply, frame: ReplyFrame): void {
  switch (reply.kind) {
    case "hang":
      break;
    case "error":
      sendJson(response, reply.status, errorBody(reply.status, reply.message), reply.headers);
      break;
    case "malformed":
      sendMalformed(response, frame);
      break;
    case "cut":
      startStream(response);
      response.write(streamEvent(chunk(frame, { role: "assistant", content: reply.text })), () => response.destroy());
      break;
    case "text":
      sendCompletion(response, frame, { text: reply.text, calls: [] });
      break;
    case "tools":
      sendCompletion(response, frame, { text: reply.text ?? "", calls: reply.calls });
      break;
    default:
      unreachable(reply);
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendRaw(response, status, "application/json", JSON.stringify(body), headers);
}

interface Completion {
  readonly text: string;
  readonly calls: readonly ToolCall[];
}

function sendCompletion(response: ServerResponse, frame: ReplyFrame, completion: Completion): void {
  if (frame.stream) streamCompletion(response, frame, completion);
  else sendJson(response, 200, wholeCompletion(frame, completion));
}

function wholeCompletion(frame: ReplyFrame, completion: Completion): object {
  const message = {
    role: "assistant",
    content: completion.text === "" ? null : completion.text,
    ...(completion.calls.length > 0 && {
      tool_calls: completion.calls.map((one, index) => wholeCall(frame, one, index)),
    }),
  };
  return {
    ...header(frame, "chat.completion"),
    choices: [{ index: 0, message, finish_reason: finishReason(completion) }],
    usage: usageBody(frame),
  };
}

function streamCompletion(response: ServerResponse, frame: ReplyFrame, completion: Completion): void {
  startStream(response);
  const events = [
    chunk(frame, { role: "assistant", content: "" }),
    ...(completion.text === "" ? [] : [chunk(frame, { content: completion.text })]),
    ...completion.calls.flatMap((one, index) => callChunks(frame, one, index)),
    chunk(frame, {}, finishReason(completion)),
    { ...header(frame, "chat.completion.chunk"), choices: [], usage: usageBody(frame) },
  ];
  for (const event of events) response.write(streamEvent(event));
  response.end("data: [DONE]\n\n");
}

function sendMalformed(response: ServerResponse, frame: ReplyFrame): void {
  if (!frame.stream) {
    sendRaw(response, 200, "application/json", '{"choices": [{');
    return;
  }
  startStream(response);
  response.end('data: {"choices": [{\n\n');
}

function finishReason(completion: Completion): string {
  return completion.calls.length > 0 ? "tool_calls" : "stop";
}

/** A tool call arrives as models send it: the name first, then its arguments in pieces. */
function callChunks(frame: ReplyFrame, one: ToolCall, index: number): readonly object[] {
  const { id, type, function: whole } = wholeCall(frame, one, index);
  const half = Math.ceil(whole.arguments.length / 2);
  const pieces = [whole.arguments.slice(0, half), whole.arguments.slice(half)];
  return [
    chunk(frame, { tool_calls: [{ index, id, type, function: { name: whole.name, arguments: "" } }] }),
    ...pieces.map((piece) => chunk(frame, { tool_calls: [{ index, function: { arguments: piece } }] })),
  ];
}

function wholeCall(frame: ReplyFrame, one: ToolCall, index: number) {
  const id = `call_${frame.sequence}_${index}`;
  return { id, type: "function", function: { name: one.name, arguments: JSON.stringify(one.input) } };
}

function chunk(frame: ReplyFrame, delta: object, finish: string | null = null): object {
  return { ...header(frame, "chat.completion.chunk"), choices: [{ index: 0, delta, finish_reason: finish }] };
}

function header(frame: ReplyFrame, object: string) {
  return { id: `completion-${frame.sequence}`, object, created: 0, model: frame.model };
}

function usageBody({ usage: { input, output } }: ReplyFrame) {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function errorBody(status: number, message: string) {
  return { error: { message, type: "scripted_error", code: String(status) } };
}

function startStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
}

function streamEvent(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function sendRaw(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": contentType, ...headers });
  response.end(body);
}
