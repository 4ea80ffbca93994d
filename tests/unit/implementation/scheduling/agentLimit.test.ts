import { expect, test } from "bun:test";
import { type AgentRunner, nothingSpent } from "../../../../src/core/agentRunner.ts";
import { agentLimit, LimitedRunner } from "../../../../src/implementation/scheduling/agentLimit.ts";

const options = { directory: "/", title: "t", timeoutSeconds: 1, system: "", signal: new AbortController().signal };

test("agents are spawned up to the limit, then refused without being spawned; a higher limit lets them through", async () => {
  let spawned = 0;
  const runner: AgentRunner = {
    hostSession: undefined,
    endSessions: async () => [],
    spawnAgent: async () => {
      spawned++;
      return { status: "success", text: "", metadata: nothingSpent(undefined) };
    },
  };
  let limit = 2;
  const limited = new LimitedRunner(runner, () => limit);
  const statuses: string[] = [];
  for (let count = 0; count < 3; count++) statuses.push((await limited.spawnAgent("worker", "", options)).status);
  expect(statuses).toEqual(["success", "success", "error"]);
  expect(limited.whyStop()).toBe("this command has spawned 2 agents, the most it may");
  limit = 3;
  expect(limited.whyStop()).toBeUndefined();
  expect((await limited.spawnAgent("worker", "", options)).status).toBe("success");
  expect(spawned).toBe(3);
});

test("the limit leaves room for every attempt of every task, and for the run's own agents", () => {
  expect(agentLimit(0, 3)).toBeGreaterThanOrEqual(10);
  expect(agentLimit(40, 3)).toBeGreaterThan(40 * 3);
});
