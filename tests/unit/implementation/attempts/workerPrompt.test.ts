import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { assembleWorkerMessage, compileTaskMessage, projectContext } from "../../../../src/backlog/taskMessage.ts";
import { agentConfiguration } from "../../../../src/host/agents.ts";
import { promptVersionOf } from "../../../../src/implementation/attempts/workerPrompt.ts";
import { makeBacklog, makeTask } from "../../backlog/fixtures.ts";

/** Digest of everything a worker is told. Another digest needs another version. */
const KNOWN: Readonly<Record<string, string>> = {
  "worker-2": "a4f9d451d57eeb04",
  "patcher-1": "1c3aaadf481cb838",
};

test.each([
  ["agent", "mac-worker"],
  ["patch", "mac-patcher"],
] as const)("what is told in mode %s has the version that is recorded", (mode, agent) => {
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
    const message = one.ok && assembleWorkerMessage(one.value, { lessons: "Lesson" });
    return message !== false && message.ok ? message.value : expect.unreachable();
  });
  const told = [agentConfiguration()[agent]?.prompt, ...messages].join("\0");
  const digest = createHash("sha256").update(told).digest("hex").slice(0, 16);
  const version = promptVersionOf(mode);
  expect({ [version]: digest }).toEqual({ [version]: KNOWN[version] ?? "an unknown version" });
});
