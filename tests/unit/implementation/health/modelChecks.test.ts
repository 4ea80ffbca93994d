import { expect, test } from "bun:test";
import { modelChecks } from "../../../../src/implementation/health/modelChecks.ts";
import { checkInstruments } from "../../../../src/verification/instrumentationChecker.ts";
import { fails, ScriptedRunner } from "../../../support/scriptedRunner.ts";

const signal = new AbortController().signal;
const model = (name: string) => ({ providerID: "p", modelID: name });

test("a model that cools down is not asked again, and holds nobody up", async () => {
  const asked: (string | undefined)[] = [];
  const runner = new ScriptedRunner(async () => undefined);
  runner.onProbe = (options) => {
    asked.push(options.model?.modelID);
    return { status: "success", text: "ready" };
  };
  const cooldownOf = async ({ modelID }: { modelID: string }) =>
    modelID === "tired" ? { until: Date.now() + 60_000, why: "Rate limit reached" } : undefined;
  const checks = modelChecks([model("tired"), model("fresh"), model("fresh")], {
    runner,
    directory: "/",
    memory: { cooldownOf },
  });
  const findings = await checkInstruments(checks, signal);
  expect(findings.map(({ name, result }) => [name, result])).toEqual([
    ["model p/tired", "warning"],
    ["model p/fresh", "ok"],
  ]);
  expect(findings[0]?.says).toContain("Rate limit reached");
  expect(asked).toEqual(["fresh"]);
});

test.each([
  ["authentication", false, "failed"],
  ["model_unavailable", false, "failed"],
  ["rate_limited", true, "warning"],
  ["quota_exhausted", true, "warning"],
  ["unreachable", true, "warning"],
  ["provider", true, "warning"],
  ["invalid_answer", false, "ok"],
] as const)("a model that answers with %s", async (reason, retryable, result) => {
  const runner = new ScriptedRunner(async () => undefined);
  runner.onProbe = () => fails(reason, "so it said", retryable);
  const memory = { cooldownOf: async () => undefined };
  const [finding] = await checkInstruments(modelChecks([model("one")], { runner, directory: "/", memory }), signal);
  expect(finding?.result).toBe(result);
});
