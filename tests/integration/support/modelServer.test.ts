import { afterEach, expect, test } from "bun:test";
import { call, type ModelReply, rateLimited, text, tools } from "../../support/modelReply.ts";
import { lastUserText, type ModelRequest, toolNames, toolResults } from "../../support/modelRequest.ts";
import { type ModelHandler, ModelServer } from "../../support/modelServer.ts";

const servers: ModelServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serverThatSays(reply: ModelReply | ModelHandler): Promise<ModelServer> {
  const server = await ModelServer.start(typeof reply === "function" ? reply : () => reply);
  servers.push(server);
  return server;
}

function ask(server: ModelServer, body: object = {}, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.baseUrl}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }], ...body }),
    ...init,
  });
}

interface Delta {
  readonly content?: string;
  readonly tool_calls?: readonly { readonly function: { readonly name?: string; readonly arguments: string } }[];
}

/** The deltas and the usage of a streamed answer. */
async function streamed(response: Response) {
  const events = (await response.text()).split("\n\n").filter((event) => event !== "");
  expect(events.pop()).toBe("data: [DONE]");
  const bodies = events.map((event) => JSON.parse(event.replace("data: ", "")));
  const deltas: Delta[] = bodies.flatMap((body) => body.choices.map((choice: { delta: Delta }) => choice.delta));
  return { deltas, usage: bodies.at(-1).usage };
}

test("text is answered whole and streamed, with its usage", async () => {
  const server = await serverThatSays({ kind: "text", text: "hi", usage: { input: 7, output: 3 } });

  const whole = await (await ask(server)).json();
  expect(whole).toMatchObject({
    choices: [{ message: { content: "hi" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 7, completion_tokens: 3 },
  });

  const { deltas, usage } = await streamed(await ask(server, { stream: true }));
  expect(deltas.map((delta) => delta.content ?? "").join("")).toBe("hi");
  expect(usage.total_tokens).toBe(10);
  expect(server.tokens).toBe(20);
});

test("tool calls arrive in pieces that make the whole", async () => {
  const server = await serverThatSays(tools(call("read", { filePath: "ä.txt" }), call("glob", { pattern: "*" })));

  const { deltas } = await streamed(await ask(server, { stream: true }));
  const pieces = deltas.flatMap((delta) => delta.tool_calls ?? []).map((one) => one.function);
  expect(pieces.flatMap((piece) => piece.name ?? [])).toEqual(["read", "glob"]);
  const spoken = pieces.map((piece) => piece.arguments).join("");
  expect(spoken).toBe('{"filePath":"ä.txt"}{"pattern":"*"}');
});

test("failures reach the client as providers make them", async () => {
  const limited = await ask(await serverThatSays(rateLimited(2)));
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "2"]);

  const broken = await ask(await serverThatSays({ kind: "malformed" }));
  await expect(broken.json()).rejects.toThrow();

  const cut = await ask(await serverThatSays({ kind: "cut", text: "half" }), { stream: true });
  await expect(cut.text()).rejects.toThrow();

  const failing = await serverThatSays(() => {
    throw new Error("no such step");
  });
  const failed = await ask(failing);
  expect([failed.status, await failed.text()]).toEqual([500, expect.stringContaining("no such step")]);
});

test("close ends a request that was never answered", async () => {
  const server = await serverThatSays({ kind: "hang" });
  const asked = ask(server);
  await untilRequests(server, 1);
  await server.close();
  await expect(asked).rejects.toThrow();
});

test("the handler learns that the client hung up", async () => {
  const { promise: hungUp, resolve: hangUp } = Promise.withResolvers<void>();
  const server = await serverThatSays((request) => {
    request.signal.addEventListener("abort", () => hangUp());
    return { kind: "hang" };
  });
  const client = new AbortController();
  const asked = ask(server, {}, { signal: client.signal }).catch(() => "aborted");
  await untilRequests(server, 1);
  client.abort();
  await hungUp;
  expect(await asked).toBe("aborted");
});

test("each request is kept with what it asked", async () => {
  const server = await serverThatSays(text("hi"));
  const toolCall = { id: "c1", function: { name: "read", arguments: '{"filePath":"a"}' } };
  await ask(server, {
    messages: [
      { role: "user", content: [{ type: "text", text: "one" }] },
      { role: "assistant", content: null, tool_calls: [toolCall] },
      { role: "tool", tool_call_id: "c1", content: "text of a" },
      { role: "user", content: "two" },
    ],
    tools: [{ type: "function", function: { name: "read" } }],
  });
  const request = server.requests[0] as ModelRequest;
  expect(toolNames(request)).toEqual(["read"]);
  expect(lastUserText(request)).toBe("two");
  expect(toolResults(request)).toEqual([{ tool: "read", input: { filePath: "a" }, output: "text of a" }]);
  expect(request.bytes).toBeGreaterThan(100);
});

test("sessions are at once when their lives overlap, even if their requests do not", async () => {
  const server = await serverThatSays(text("hi"));
  const session = (name: string) => ask(server, {}, { headers: { "x-session-id": name } }).then((it) => it.text());
  for (const name of ["a", "b", "a", "c", "b", "d"]) await session(name);

  expect(server.maxConcurrentRequests()).toBe(1);
  const name = (request: ModelRequest) => request.headers["x-session-id"] as string;
  expect(server.maxConcurrent(name)).toBe(2);
  expect(server.maxConcurrent((request) => (name(request) === "b" ? undefined : name(request)))).toBe(1);
});

async function untilRequests(server: ModelServer, count: number): Promise<void> {
  while (server.requests.length < count) await new Promise((resolve) => setImmediate(resolve));
}
