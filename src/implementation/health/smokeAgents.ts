import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AgentRunner, nothingSpent, type SpawnOptions, type SpawnResult } from "../../core/agentRunner.ts";
import type { AgentSupervisor } from "../../core/agentSupervisor.ts";
import type { ModelCatalog } from "../../core/modelCatalog.ts";
import { messageOf } from "../../core/refusal.ts";
import { SMOKE_TASKS } from "./smokeRepository.ts";

const MODEL = { providerID: "none", modelID: "no-model" };

/** A catalog of one model, which nobody asks. */
export const NO_MODELS: ModelCatalog = {
  sessionModel: MODEL,
  has: () => true,
  facts: () => undefined,
  free: () => [],
  explainNoFree: () => "the smoke test has no free model",
  explainMissing: () => "the smoke test has one model",
};

/** Plays each task's agent without a model: tries a write that its supervisor has to refuse, then does its task. */
export class SmokeAgents implements AgentRunner {
  readonly hostSession = undefined;

  async endSessions(): Promise<readonly string[]> {
    return [];
  }

  async spawnAgent(role: string, _prompt: string, options: SpawnOptions): Promise<SpawnResult> {
    const metadata = { ...nothingSpent(options.model), prompts: 1 };
    try {
      if (role !== "worker") throw new Error(`the smoke test has no agent for the role '${role}'`);
      await work(options);
      await options.followUp?.("Done.");
      return { status: "success", text: "Done.", metadata };
    } catch (error) {
      return { status: "error", failure: { reason: "host", message: messageOf(error), retryable: false }, metadata };
    }
  }
}

async function work({ directory, onActivity, supervisor, title }: SpawnOptions): Promise<void> {
  const task = SMOKE_TASKS.find(({ id }) => title.startsWith(id));
  if (task === undefined) throw new Error(`the smoke test has no task '${title}'`);
  const sessionID = `smoke-test-${task.id}`;
  onActivity?.({ kind: "opened", sessionID });
  supervisor?.attach({ sessionID, say: async () => undefined });
  if (supervisor !== undefined) await expectFence(supervisor);
  const refusal = await write(supervisor, "inside", join(directory, task.file), `${task.word}\n`);
  if (refusal !== undefined) throw new Error(`a write inside the task's scope was refused: ${refusal}`);
}

async function expectFence(supervisor: AgentSupervisor): Promise<void> {
  const refusal = await supervisor.beforeTool(writeCall("outside", "readme.txt"));
  if (refusal === undefined) throw new Error("a write outside the task's scope was not refused");
}

async function write(
  supervisor: AgentSupervisor | undefined,
  id: string,
  path: string,
  text: string,
): Promise<string | undefined> {
  const call = writeCall(id, path);
  const refusal = await supervisor?.beforeTool(call);
  if (refusal !== undefined) return refusal;
  await writeFile(path, text);
  await supervisor?.afterTool(call, { ok: true, output: "" });
  return undefined;
}

function writeCall(id: string, path: string) {
  return { id, tool: "write", does: "write", paths: [path], fingerprint: `write ${path}` } as const;
}
