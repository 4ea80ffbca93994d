import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PermissionRuleset } from "@opencode-ai/sdk/v2/client";
import { toolRules } from "../../src/host/agents.ts";
import { sessionRules } from "../../src/host/permissions.ts";
import { call, rateLimited, text, tools } from "../support/modelReply.ts";
import { firstUserText, lastUserText, sessionOf, toolNames, toolResults } from "../support/modelRequest.ts";
import { runOpencode } from "../support/opencode.ts";
import { eventually, type ServedOpencode, serveOpencode } from "./servedOpencode.ts";

// What OpenCode does with a session that a program made: the ground under src/host/opencodeRunner.ts.
setDefaultTimeout(60_000);

const SCHEMA = { type: "object", properties: { word: { type: "string" } }, required: ["word"] };
const SLEEP = "echo $$ > pid; sleep 300 & echo $! >> pid; wait";

let host: ServedOpencode;

beforeAll(async () => {
  host = await serveOpencode({ "a.txt": "hello\n" }, (request) => {
    const said = lastUserText(request);
    const results = toolResults(request);
    if (said.startsWith("wait for a rate")) return rateLimited(60);
    if (said.startsWith("sleep")) return tools(call("bash", { command: SLEEP, description: "Sleeps" }));
    if (results.length > 0) return text(`Seen: ${results.at(-1)?.output}`);
    if (said.startsWith("structured")) return tools(call("StructuredOutput", { word: "yes" }));
    if (said.startsWith("read outside")) return tools(call("read", { filePath: "/etc/hostname" }));
    return { kind: "text", text: "plain", usage: { input: 100, output: 20 } };
  });
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

async function session(permission: PermissionRuleset, parentID?: string): Promise<string> {
  const { data } = await host.client.session.create(
    { title: "Contract", permission, ...(parentID === undefined ? {} : { parentID }) },
    { throwOnError: true },
  );
  return data.id;
}

const say = (sessionID: string, words: string) =>
  host.client.session.prompt({ sessionID, parts: [{ type: "text", text: words }] }, { throwOnError: true });

const requestsOf = (sessionID: string) => host.model.requests.filter((request) => sessionOf(request) === sessionID);

const OURS = sessionRules(toolRules("worker"), undefined);

test("the host tells its version", async () => {
  const { data } = await host.client.global.health();
  expect(data?.version).toMatch(/^1\.\d+\.\d+/);
});

test("a tool denied for everything is not offered; a titled session sends no title request; its cost is kept", async () => {
  const id = await session(OURS);
  await say(id, "hello");
  expect(requestsOf(id)).toHaveLength(1);
  const offered = toolNames(requestsOf(id)[0] ?? expect.unreachable()).toSorted();
  expect(offered).toEqual(["bash", "edit", "glob", "grep", "read", "write"]);
  const { data } = await host.client.session.get({ sessionID: id });
  expect(data).toMatchObject({ cost: 0, tokens: { input: 100, output: 20 } });
});

test("an answer by schema needs the permission of its tool", async () => {
  const ask = async (permission: PermissionRuleset) => {
    const id = await session(permission);
    const { data } = await host.client.session.prompt({
      sessionID: id,
      format: { type: "json_schema", schema: SCHEMA },
      parts: [{ type: "text", text: "structured, please" }],
    });
    return { info: data?.info, offered: toolNames(requestsOf(id)[0] ?? expect.unreachable()) };
  };
  const deny = { permission: "*", pattern: "*", action: "deny" } as const;
  const allowed = await ask([deny, { permission: "StructuredOutput", pattern: "*", action: "allow" }]);
  expect(allowed.offered).toEqual(["StructuredOutput"]);
  expect(allowed.info?.structured).toEqual({ word: "yes" });
  const denied = await ask([deny]);
  expect(denied.offered).not.toContain("StructuredOutput");
});

test("a permission left at ask waits for a person; with our rules the same call is refused at once", async () => {
  const asking = await session([
    { permission: "*", pattern: "*", action: "allow" },
    { permission: "external_directory", pattern: "*", action: "ask" },
  ]);
  const waiting = say(asking, "read outside");
  await host.event((event) => event.type === "permission.asked" && event.properties.sessionID === asking);
  await host.client.session.abort({ sessionID: asking });
  await waiting;
  expect(requestsOf(asking)).toHaveLength(1);

  const ours = await session(OURS);
  await say(ours, "read outside");
  expect(toolResults(requestsOf(ours)[1] ?? expect.unreachable())[0]?.output).toMatch(/permission|rule/i);
});

test("a provider that limits the rate shows as session.status retry, and abort ends the waiting", async () => {
  const id = await session(OURS);
  const answer = say(id, "wait for a rate");
  const event = await host.event(
    (one) => one.type === "session.status" && one.properties.sessionID === id && one.properties.status.type === "retry",
  );
  expect(event.properties).toMatchObject({
    status: { attempt: 1, message: expect.any(String), next: expect.any(Number) },
  });
  await host.client.session.abort({ sessionID: id });
  await answer;
  expect(requestsOf(id)).toHaveLength(1);
});

test("abort kills a running shell command with its children, and the prompt returns", async () => {
  const id = await session(OURS);
  const answer = say(id, "sleep");
  const file = join(host.repository.path, "pid");
  const pids = await eventually(async () => {
    const lines = existsSync(file) ? (await readFile(file, "utf8")).trim().split("\n") : [];
    return lines.length === 2 ? lines.map(Number) : undefined;
  }, "process ids");
  expect(pids.every(isAlive)).toBe(true);
  await host.client.session.abort({ sessionID: id });
  const { data } = await answer;
  expect(data.info).toMatchObject({ error: { name: "MessageAbortedError" } });
  await eventually(() => (pids.some(isAlive) ? undefined : true), "end of the processes");
});

test("a child session is not in the user's list, goes with its delete, and is then not found", async () => {
  const parent = await session(OURS);
  const child = await session(OURS, parent);
  const { data: children } = await host.client.session.children({ sessionID: parent });
  expect(children?.map(({ id }) => id)).toEqual([child]);
  const { stdout } = await runOpencode(["session", "list"], { cwd: host.repository.path, home: host.home });
  expect(stdout).toContain(parent);
  expect(stdout).not.toContain(child);
  await host.client.session.delete({ sessionID: child });
  const { response } = await host.client.session.get({ sessionID: child });
  expect(response?.status).toBe(404);
});

test("each request names its session in a header, and the first user text is the prompt", async () => {
  const id = await session(OURS);
  await say(id, "who am I");
  expect(firstUserText(requestsOf(id)[0] ?? expect.unreachable())).toContain("who am I");
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
