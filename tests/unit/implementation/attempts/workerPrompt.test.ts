import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { assembleWorkerMessage, compileTaskMessage, projectContext } from "../../../../src/backlog/taskMessage.ts";
import { agentConfiguration } from "../../../../src/host/agents.ts";
import { WORKER_PROMPT_VERSION } from "../../../../src/implementation/attempts/workerPrompt.ts";
import { makeBacklog, makeTask } from "../../backlog/fixtures.ts";

/** Digest of everything a worker is told. Another digest needs another version. */
const KNOWN: Readonly<Record<string, string>> = { "worker-1": "702b228cd227d5d6" };

test("what a worker is told has the version that is recorded", () => {
  const task = makeTask({
    id: "T002",
    depends_on: ["T001"],
    reads: ["src/b.ts"],
    context: "Mind the units.",
    acceptance: [{ run: "bun test" }],
  });
  const goal = { criteria: ["It adds up"], checks: [] };
  const project = projectContext(makeBacklog([makeTask({ id: "T001" }), task], { goal, verify: ["true"] }));
  const moments = [[], ["src/T002.ts"]].map((changedSince) => ({
    changedBy: new Map([["T001", ["src/T001.ts"]]]),
    changedSince,
  }));
  const compiled = [
    ...moments.map((moment) => compileTaskMessage(task, project, moment)),
    ...(["minimal", "essential"] as const).map((amount) => compileTaskMessage(task, project, moments[0], amount)),
    compileTaskMessage({ ...task, files: [], acceptance: [], network: true, allow_empty: true }, project),
  ];
  const messages = compiled.map((one) => {
    const message = one.ok && assembleWorkerMessage(one.value, "Lesson");
    return message !== false && message.ok ? message.value : expect.unreachable();
  });
  const told = [agentConfiguration()["mac-worker"]?.prompt, ...messages].join("\0");
  const digest = createHash("sha256").update(told).digest("hex").slice(0, 16);
  expect({ [WORKER_PROMPT_VERSION]: digest }).toEqual({
    [WORKER_PROMPT_VERSION]: KNOWN[WORKER_PROMPT_VERSION] ?? "an unknown version",
  });
});
