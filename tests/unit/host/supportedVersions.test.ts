import { expect, test } from "bun:test";
import type { PluginInput, ToolContext } from "@opencode-ai/plugin";
import { readEnding } from "../../../src/host/commandEnding.ts";
import { PIPELINE_AGENT, PIPELINE_TOOL } from "../../../src/host/names.ts";
import { server } from "../../../src/host/plugin.ts";
import { versionRefusal } from "../../../src/host/supportedVersions.ts";

test.each(["1.18.0", "1.18.33", "1.99.2", "v1.20.0", "1.19.0-beta.2"])("%s is supported", (version) => {
  expect(versionRefusal(version)).toBeUndefined();
});

test.each([
  ["1.17.9", "opencode upgrade"],
  ["0.15.31", "opencode upgrade"],
  ["2.0.0", "update multi-agent-coder"],
  ["10.18.0", "update multi-agent-coder"],
  ["local", "npm i -g opencode-ai@1"],
])("%s is refused in one line: what was found, what is needed, what to do", (version, advice) => {
  const refusal = versionRefusal(version) ?? "";
  expect(refusal).not.toContain("\n");
  for (const part of [version, ">=1.18.0 <2", advice]) expect(refusal).toContain(part);
});

test("a host that tells no version is refused", () => {
  expect(versionRefusal(undefined)).toContain(">=1.18.0 <2");
});

/** The plugin in a host whose client is of another kind, or that answers with this version. */
function loadIn(client: unknown) {
  return server({ client, directory: "/somewhere", worktree: "/somewhere" } as PluginInput);
}

function clientOfVersion(version: string) {
  const fetch = async (request: Request) =>
    new URL(request.url).pathname === "/global/health"
      ? Response.json({ healthy: true, version })
      : Response.json({ name: "NotFound" }, { status: 404 });
  return { _client: { getConfig: () => ({ baseUrl: "http://host.test", fetch, headers: {} }) } };
}

test.each([
  ["a client of another kind", {}, "nothing"],
  ["no client", undefined, "nothing"],
  ["version 2", clientOfVersion("2.0.1"), "2.0.1"],
  ["version 1.17", clientOfVersion("1.17.0"), "1.17.0"],
])("with %s the plugin loads, chats are untouched, a command is refused", async (_name, client, found) => {
  const hooks = await loadIn(client);

  const parts = [{ type: "text", text: "hello" }];
  const message = { model: { providerID: "fake", modelID: "m" }, agent: "build" };
  const chat = { message, parts } as unknown as Parameters<NonNullable<(typeof hooks)["chat.message"]>>[1];
  await hooks["chat.message"]?.({ sessionID: "s1" }, chat);
  expect(chat as unknown).toEqual({
    message: { model: { providerID: "fake", modelID: "m" }, agent: "build" },
    parts: [{ type: "text", text: "hello" }],
  });

  const run = hooks.tool?.[PIPELINE_TOOL]?.execute({ command: "plan" }, {
    agent: PIPELINE_AGENT,
    directory: "/somewhere",
    sessionID: "s1",
    abort: new AbortController().signal,
  } as ToolContext);
  const { reason: refusal = "" } = readEnding(String(await run));
  expect(refusal).toContain(">=1.18.0 <2");
  expect(refusal).toContain(found);
  expect(refusal).not.toContain("\n");
});
