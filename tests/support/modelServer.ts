import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf } from "../../src/core/refusal.ts";
import { type ModelReply, sendJson, sendReply, usageOf } from "./modelReply.ts";
import type { ChatBody, ModelRequest } from "./modelRequest.ts";

export type ModelHandler = (request: ModelRequest) => ModelReply | Promise<ModelReply>;

/** A classifier gives a request the name of what it belongs to (a session, a task), or undefined to leave it out. */
export type Classifier = (request: ModelRequest) => string | undefined;

type OpenRequest = { -readonly [Field in keyof ModelRequest]: ModelRequest[Field] };

/**
 * A scripted OpenAI-compatible server on the loopback address: a handler decides each answer, and every request is
 * kept for the test to look at. It runs under Node and under Bun.
 */
export class ModelServer {
  /** What OpenCode's provider is given as `baseURL`. */
  readonly baseUrl: string;
  private readonly recorded: OpenRequest[];
  private readonly closeServer: () => Promise<void>;

  private constructor(baseUrl: string, recorded: OpenRequest[], closeServer: () => Promise<void>) {
    this.baseUrl = baseUrl;
    this.recorded = recorded;
    this.closeServer = closeServer;
  }

  /** Listens on a free port. An exception in `handler` is answered with status 500 and its message. */
  static async start(handler: ModelHandler): Promise<ModelServer> {
    const recorded: OpenRequest[] = [];
    const server = createServer((incoming, response) => {
      // A client that hangs up while it still sends, or sends no JSON: there is nobody left to answer.
      serve(incoming, response, handler, recorded).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = server.address() as AddressInfo;
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    return new ModelServer(`http://127.0.0.1:${port}/v1`, recorded, close);
  }

  /** Every chat request so far, in order of arrival. */
  get requests(): readonly ModelRequest[] {
    return this.recorded;
  }

  /** Input and output tokens of every answer so far. */
  get tokens(): number {
    return this.recorded.reduce((sum, { usage }) => sum + usage.input + usage.output, 0);
  }

  /** The largest number of requests that were being answered at one moment. */
  maxConcurrentRequests(isCounted: (request: ModelRequest) => boolean = () => true): number {
    return maxOverlap(this.recorded.filter(isCounted).map(spanOf));
  }

  /**
   * The largest number of classes alive at one moment, where a class lives from its first request to the end of its
   * last: with one class a session, the number of sessions at work at once, their tool calls included.
   */
  maxConcurrent(classify: Classifier): number {
    const spans = new Map<string, Span>();
    for (const request of this.recorded) {
      const name = classify(request);
      if (name === undefined) continue;
      const { start, end } = spanOf(request);
      const known = spans.get(name);
      spans.set(name, { start: known?.start ?? start, end: Math.max(known?.end ?? end, end) });
    }
    return maxOverlap([...spans.values()]);
  }

  /** Ends every connection, hanging ones included. */
  close(): Promise<void> {
    return this.closeServer();
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function spanOf(request: ModelRequest): Span {
  return { start: request.startedAt, end: request.endedAt ?? Number.POSITIVE_INFINITY };
}

function maxOverlap(spans: readonly Span[]): number {
  const changes = spans.flatMap(({ start, end }) => [
    { at: start, by: 1 },
    { at: end, by: -1 },
  ]);
  // At the same moment an end comes before a start: a session that follows another is not beside it.
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let current = 0;
  let highest = 0;
  for (const { by } of changes) {
    current += by;
    highest = Math.max(highest, current);
  }
  return highest;
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  handler: ModelHandler,
  recorded: OpenRequest[],
): Promise<void> {
  const path = (incoming.url ?? "").replace(/\?.*$/, "");
  if (incoming.method === "GET" && path === "/v1/models") {
    return sendJson(response, 200, { object: "list", data: [{ id: "scripted", object: "model" }] });
  }
  if (incoming.method !== "POST" || path !== "/v1/chat/completions") {
    return sendJson(response, 404, { error: { message: `No route ${incoming.method} ${path}` } });
  }
  const startedAt = preciseNow();
  const raw = await readBody(incoming);
  const hungUp = new AbortController();
  const request: OpenRequest = {
    sequence: recorded.length + 1,
    startedAt,
    endedAt: undefined,
    headers: incoming.headers,
    body: JSON.parse(raw.toString("utf8")) as ChatBody,
    bytes: raw.length,
    signal: hungUp.signal,
    usage: { input: 0, output: 0 },
  };
  recorded.push(request);
  response.on("close", () => {
    request.endedAt = preciseNow();
    if (!response.writableFinished) hungUp.abort();
  });
  const reply = await answer(handler, request);
  if (response.destroyed) return;
  request.usage = usageOf(reply, request.bytes);
  sendReply(response, reply, {
    sequence: request.sequence,
    model: request.body.model,
    stream: request.body.stream === true,
    usage: request.usage,
  });
}

async function answer(handler: ModelHandler, request: ModelRequest): Promise<ModelReply> {
  try {
    return await handler(request);
  } catch (error) {
    return { kind: "error", status: 500, message: `The scripted model failed: ${messageOf(error)}` };
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Finer than Date.now(): two requests within one millisecond still have an order. */
function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
