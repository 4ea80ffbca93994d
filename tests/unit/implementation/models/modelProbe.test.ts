import { expect, test } from "bun:test";
import { formatModelRef, parseModelRef } from "../../../../src/core/modelCatalog.ts";
import { type ProbeOptions, probeModels } from "../../../../src/implementation/models/modelProbe.ts";
import { fails, type Script, ScriptedRunner } from "../../../support/scriptedRunner.ts";

const MODELS = ["a/one", "a/two", "b/three", "b/four"].flatMap((name) => parseModelRef(name) ?? []);

async function probed(script: Script, more: Partial<ProbeOptions> = {}) {
  const runner = new ScriptedRunner(script);
  runner.onProbe = undefined;
  const signal = new AbortController().signal;
  const results = await probeModels(MODELS, { runner, directory: "/", concurrency: 10, signal, ...more });
  return {
    runner,
    lines: results.map((result) => [formatModelRef(result.model), result.ok || result.reason].join(" ")),
    results,
  };
}

test("each model is asked one tiny request, without tools, and any answer is fine", async () => {
  const { runner, lines } = await probed(async ({ options }) => {
    if (options.model?.modelID === "two") return fails("invalid_answer", "cut off");
    return { status: "success", text: options.model?.modelID === "three" ? "" : "ready" };
  });
  expect(lines).toEqual(["a/one true", "a/two true", "b/three true", "b/four true"]);
  expect(runner.agents).toHaveLength(4);
  for (const { role, prompt, options } of runner.agents) {
    expect([role, options.title, options.withoutTools, options.providerRetries]).toEqual([
      ...["probe", "Health check", true, 0],
    ]);
    expect(options.timeoutSeconds).toBe(20);
    expect(prompt.length + options.system.length).toBeLessThan(200);
  }
});

test("what a person has to mend is told from what may pass", async () => {
  const { results } = await probed(async ({ options }) => {
    switch (options.model?.modelID) {
      case "one":
        return fails("authentication", "401");
      case "two":
        return fails("model_unavailable", "404");
      case "three":
        return fails("rate_limited", "429");
      default:
        return { status: "timeout", message: "no answer in 20 s" };
    }
  });
  expect(results.map((result) => (result.ok ? "ok" : [result.reason, result.retryable]))).toEqual([
    ["authentication", false],
    ["model_unavailable", false],
    ["rate_limited", true],
    ["timeout", true],
  ]);
});

test("no more at once than is allowed, in the order given", async () => {
  const { runner, lines } = await probed(
    async (agent) => {
      await agent.company(2);
      return undefined;
    },
    { concurrency: 2 },
  );
  expect(runner.mostAtWork).toBe(2);
  expect(lines.map((line) => line.split(" ")[0])).toEqual(MODELS.map(formatModelRef));
});

test("a model that is known to cool down is not asked, and how the others ended is told", async () => {
  const told: string[] = [];
  const { runner, results } = await probed(async () => undefined, {
    whyNotNow: async ({ modelID }) => (modelID === "two" ? "cools down until 14:05" : undefined),
    note: async (model, { status }) => void told.push(`${formatModelRef(model)} ${status}`),
  });
  expect(runner.agents).toHaveLength(3);
  expect(results[1]).toMatchObject({
    ok: false,
    reason: "cooling",
    message: "cools down until 14:05",
    retryable: true,
  });
  expect(told.sort()).toEqual(["a/one success", "b/four success", "b/three success"]);
});

test("after an interruption nobody is asked", async () => {
  const { runner, lines } = await probed(async () => undefined, { signal: AbortSignal.abort() });
  expect(runner.agents).toEqual([]);
  expect(lines[0]).toBe("a/one aborted");
});
