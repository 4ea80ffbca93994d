import { expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentSupervisor, ToolCall } from "../../../../src/core/agentSupervisor.ts";
import { SmokeAgents } from "../../../../src/implementation/health/smokeAgents.ts";

/** A supervisor with this answer before each call. */
function supervisedBy(beforeTool: (call: ToolCall) => string | undefined): AgentSupervisor {
  return {
    attach: () => undefined,
    beforeTool: async (call) => beforeTool(call),
    afterTool: async () => undefined,
    onBrokenCall: () => undefined,
    onText: () => undefined,
    onTokens: () => undefined,
    onCompaction: () => undefined,
    onTimeLimit: async () => undefined,
    amendScope: async () => "",
    askPerson: async () => "",
    asked: undefined,
    acknowledge: async () => "",
  };
}

async function work(beforeTool: (call: ToolCall) => string | undefined) {
  const directory = await mkdtemp(join(tmpdir(), "mac-smoke-"));
  const options = { directory, title: "T002: Write two.txt", timeoutSeconds: 1, system: "" };
  const supervisor = supervisedBy(beforeTool);
  const signal = new AbortController().signal;
  const result = await new SmokeAgents().spawnAgent("worker", "", { ...options, supervisor, signal });
  const written = await readFile(join(directory, "two.txt"), "utf8").catch(() => undefined);
  await rm(directory, { recursive: true });
  return { said: result.status === "error" ? result.failure.message : result.status, written };
}

test("behind a fence that keeps to the scope it does its task", async () => {
  const fence = ({ paths }: ToolCall) => (paths[0]?.endsWith("two.txt") ? undefined : "outside");
  expect(await work(fence)).toEqual({ said: "success", written: "two\n" });
});

test("a fence that lets everything pass, or nothing, is what the smoke test is there to find", async () => {
  const open = await work(() => undefined);
  expect(open).toEqual({ said: "a write outside the task's scope was not refused", written: undefined });
  const closed = await work(() => "no");
  expect(closed).toEqual({ said: "a write inside the task's scope was refused: no", written: undefined });
});
