import { expect, test } from "bun:test";
import type { AgentSupervisor, ToolCall } from "../../../src/core/agentSupervisor.ts";
import { SessionEvents } from "../../../src/host/sessionEvents.ts";
import { Supervision } from "../../../src/host/supervision.ts";

function watched(refuse?: string) {
  const seen: string[] = [];
  const tokens: number[] = [];
  const supervisor: AgentSupervisor = {
    attach: () => undefined,
    beforeTool: async (call: ToolCall) => {
      seen.push(`before ${call.id}`);
      return refuse;
    },
    afterTool: async (call, { ok, output }) => void seen.push(`after ${call.id} ${ok} ${output}`),
    onBrokenCall: ({ tool, id }) => seen.push(`broken ${tool} ${id}`),
    onText: (text) => seen.push(`text ${text}`),
    onTokens: (total) => tokens.push(total),
    onCompaction: () => seen.push("compaction"),
    onTimeLimit: async () => undefined,
    amendScope: async () => "",
    acknowledge: async () => "",
    askPerson: async () => "",
    asked: undefined,
  };
  const events = new SessionEvents();
  const supervision = new Supervision();
  const end = supervision.begin("s1", supervisor, events);
  const before = (callID: string, sessionID = "s1") =>
    supervision.onBefore({ tool: "bash", sessionID, callID }, { args: { command: "x" } });
  const after = (callID: string) =>
    supervision.onAfter(
      { tool: "bash", sessionID: "s1", callID, args: {} },
      { title: "", output: "done", metadata: {} },
    );
  const publish = (type: string, properties: object) =>
    events.publish({ type, properties: { sessionID: "s1", ...properties } });
  return { seen, tokens, supervision, end, before, after, publish };
}

test("a call is told before and after it runs, once, whoever says that it has ended", async () => {
  const { seen, before, after, publish } = watched();
  await before("c1");
  await after("c1");
  publish("message.part.updated", { part: { type: "tool", callID: "c1", state: { status: "error", error: "late" } } });
  expect(seen).toEqual(["before c1", "after c1 true done"]);
});

test("a tool that fails calls no hook: the event says so", async () => {
  const { seen, before, publish } = watched();
  await before("c1");
  publish("message.part.updated", { part: { type: "tool", callID: "c1", state: { status: "error", error: "boom" } } });
  expect(seen).toEqual(["before c1", "after c1 false boom"]);
});

test("a call of no tool, or with arguments nobody can read, is told once; one that was refused is none", async () => {
  const { seen, before, publish } = watched("Refused: no.");
  const part = (callID: string, tool: string, status: string) =>
    publish("message.part.updated", { part: { type: "tool", callID, tool, state: { status, input: { tool: "x" } } } });
  part("c1", "invalid", "running");
  part("c1", "invalid", "completed");
  part("c1", "invalid", "completed");
  part("c2", "bash", "error");
  await before("c3").catch(() => undefined);
  part("c3", "bash", "error");
  part("c4", "bash", "completed");
  expect(seen).toEqual(["broken invalid c1", "broken bash c2", "before c3"]);
});

test("a refused call rejects with the words for the agent, and never ends", async () => {
  const { seen, before, end } = watched("Refused: no.");
  await expect(before("c1")).rejects.toThrow("Refused: no.");
  await end();
  expect(seen).toEqual(["before c1"]);
});

test("what a stopped session had open is ended with it, and nothing is heard any more", async () => {
  const { seen, before, end, publish } = watched();
  await before("c1");
  await end();
  publish("session.compacted", {});
  await before("c2");
  expect(seen).toEqual(["before c1", "after c1 false the session ended"]);
});

test("sessions nobody watches run as they like", async () => {
  const { seen, before } = watched();
  await before("c1", "another");
  expect(seen).toEqual([]);
});

test("texts are told once, whole; tokens are those of the session so far", () => {
  const { seen, tokens, publish } = watched();
  const text = (time: object) =>
    publish("message.part.updated", { part: { id: "p1", type: "text", text: "All done", time } });
  text({ start: 1 });
  text({ start: 1, end: 2 });
  text({ start: 1, end: 2 });
  const message = (id: string, input: number) =>
    publish("message.updated", { info: { id, role: "assistant", tokens: { input, output: 1, cache: { read: 10 } } } });
  message("m1", 5);
  message("m1", 6);
  message("m2", 1);
  publish("message.updated", { info: { id: "u", role: "user" } });
  expect(seen).toEqual(["text All done"]);
  expect(tokens).toEqual([16, 17, 29]);
});
