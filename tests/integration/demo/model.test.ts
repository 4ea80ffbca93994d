import { expect, test } from "bun:test";
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { demoModel } from "../../../demo/model.ts";
import { DEMO_STEPS, type DemoStep } from "../../../demo/steps.ts";
import { compileTaskMessage, projectContext } from "../../../src/backlog/taskMessage.ts";
import { passed, runShellCommand } from "../../../src/core/shell.ts";
import type { Task } from "../../../src/types.ts";
import { PROJECT_BIN } from "../../support/hermeticHome.ts";
import type { ModelReply } from "../../support/modelReply.ts";
import type { ChatMessage, ModelRequest } from "../../support/modelRequest.ts";

const sample = fileURLToPath(new URL("../../../demo/sample/", import.meta.url));
const answers = fileURLToPath(new URL("../../../demo/answers/", import.meta.url));

test("each step's files pass its check and the sample's own tests, in the order of the plan", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mac-sample-"));
  const run = async (command: string) =>
    passed(
      await runShellCommand(command, {
        cwd: folder,
        env: { PATH: `${PROJECT_BIN}:${process.env.PATH ?? ""}` },
        timeoutMs: 20_000,
      }),
    );
  try {
    await cp(sample, folder, { recursive: true });
    expect(await run("bun test")).toBe(true);
    for (const step of DEMO_STEPS) {
      expect([step.id, await run(step.check)]).toEqual([step.id, false]);
      for (const path of step.files) await cp(join(answers, `${path}.txt`), join(folder, path), { recursive: true });
      expect([step.id, await run(step.check)]).toEqual([step.id, true]);
      expect([step.id, await run("bun test")]).toEqual([step.id, true]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("every answer belongs to one step", async () => {
  const entries = await readdir(answers, { recursive: true });
  const written = entries.filter((name) => name.endsWith(".txt")).map((name) => name.replace(/\.txt$/, ""));
  expect(written.sort()).toEqual(DEMO_STEPS.flatMap((step) => step.files).sort());
});

test("the model knows each task by the message a worker is sent, and writes that task's files", async () => {
  const tasks = DEMO_STEPS.map(taskOf);
  const project = projectContext({ title: "Spending reports", verify: ["bun test"], tasks });
  const written = await Promise.all(
    tasks.map(async (task) => {
      const message = compileTaskMessage(task, project);
      return message.ok ? pathsWritten(message.value.text) : message.failure;
    }),
  );
  expect(written).toEqual(DEMO_STEPS.map((step) => step.files));
});

function taskOf({ check, effort: _, ...step }: DemoStep): Task {
  return { ...step, context: "", acceptance: [{ run: check }], allow_empty: false, network: false, status: "pending" };
}

/** Plays a worker's session until the model's first write. */
async function pathsWritten(message: string): Promise<unknown> {
  const messages: ChatMessage[] = [{ role: "user", content: message }];
  for (let turn = 1; turn <= 4; turn++) {
    const reply = await demoModel(requestWith(messages));
    if (reply.kind !== "tools") return reply;
    if (reply.calls[0]?.name === "write") return reply.calls.map((one) => one.input.filePath);
    messages.push(...resultsOf(reply));
  }
  return "no write within four turns";
}

function resultsOf(reply: ModelReply & { kind: "tools" }): ChatMessage[] {
  return reply.calls.flatMap((one, index): ChatMessage[] => {
    const id = `${one.name}-${index}`;
    const made = { id, function: { name: one.name, arguments: JSON.stringify(one.input) } };
    return [
      { role: "assistant", tool_calls: [made] },
      { role: "tool", tool_call_id: id, content: "text of the file" },
    ];
  });
}

function requestWith(messages: readonly ChatMessage[]): ModelRequest {
  const tools = ["read", "write", "bash"].map((name) => ({ type: "function" as const, function: { name } }));
  return {
    sequence: 1,
    startedAt: 0,
    endedAt: undefined,
    headers: {},
    body: { model: "demo", messages, tools },
    bytes: 0,
    signal: new AbortController().signal,
    usage: { input: 0, output: 0 },
  };
}
