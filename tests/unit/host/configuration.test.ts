import { expect, test } from "bun:test";
import type { Config } from "@opencode-ai/plugin";
import { agentOfRole } from "../../../src/host/agents.ts";
import { contribute } from "../../../src/host/configuration.ts";
import { PIPELINE_AGENT, PIPELINE_PROVIDER, PIPELINE_TOOL } from "../../../src/host/names.ts";

const MODEL_URL = "file:///plugin/pipelineModel.js";

function contributed(config: Config) {
  const names = contribute(config, MODEL_URL);
  return { config, names: Object.fromEntries(names) };
}

test("our commands, a provider and hidden agents are added to an empty configuration", () => {
  const { config, names } = contributed({});
  // The terminal UI has a /status of its own.
  const ownNames = ["plan", "backlog", "implement", "answer", "pause", "rollback", "replay", "doctor", "clean"].map(
    (verb) => [verb, verb],
  );
  expect(names).toEqual({ ...Object.fromEntries(ownNames), "mac-status": "status" });
  expect(Object.keys(config.command ?? {})).toEqual(Object.keys(names));
  expect(config.command?.plan?.template).toBe("$ARGUMENTS");
  expect(config.provider?.[PIPELINE_PROVIDER]?.npm).toBe(MODEL_URL);
  for (const agent of [PIPELINE_AGENT, agentOfRole("planner"), agentOfRole("worker")]) {
    expect(config.agent?.[agent]).toMatchObject({ hidden: true, mode: "primary" });
  }
  // Neither list exists unless the user made one: an empty list of allowed providers would allow none.
  expect(config.enabled_providers).toBeUndefined();
  expect(config.disabled_providers).toBeUndefined();
  expect(config.model).toBeUndefined();
});

test("a user's own command stays theirs, and ours gets another name", () => {
  const own = { template: "Plan my week" };
  const { config, names } = contributed({ command: { plan: own, other: { template: "x" } } });
  expect(config.command?.plan).toEqual(own);
  expect(names).toMatchObject({ "mac-plan": "plan", backlog: "backlog", implement: "implement" });
  expect(Object.keys(config.command ?? {}).toSorted()).toEqual([
    "answer",
    "backlog",
    "clean",
    "doctor",
    "implement",
    "mac-plan",
    "mac-status",
    "other",
    "pause",
    "plan",
    "replay",
    "rollback",
  ]);
});

test("a user who has taken both names keeps both", () => {
  const command = { plan: { template: "a" }, "mac-plan": { template: "b" } };
  const { config, names } = contributed({ command });
  expect(config.command).toMatchObject(command);
  expect(Object.values(names)).not.toContain("plan");
});

test("lists of allowed and forbidden providers do not hide the pipeline model", () => {
  const { config } = contributed({ enabled_providers: ["fake"], disabled_providers: ["openai", PIPELINE_PROVIDER] });
  expect(config.enabled_providers).toEqual(["fake", PIPELINE_PROVIDER]);
  expect(config.disabled_providers).toEqual(["openai"]);
});

test("a user's providers and agents stay, and their fields of our agents win", () => {
  const { config } = contributed({
    provider: { fake: { npm: "x" } },
    agent: { helper: { prompt: "Help" }, [agentOfRole("worker")]: { model: "fake/m", temperature: 0.2 } },
  });
  expect(config.provider?.fake).toEqual({ npm: "x" });
  expect(config.agent?.helper).toEqual({ prompt: "Help" });
  expect(config.agent?.[agentOfRole("worker")]).toMatchObject({ model: "fake/m", temperature: 0.2, hidden: true });
});

test.each([
  [undefined, {}],
  [{ bash: "ask" }, { bash: "ask" }],
  [
    { "*": "allow", edit: { "*.lock": "deny" } },
    { "*": "allow", edit: { "*.lock": "deny" } },
  ],
  ["allow", { "*": "allow" }],
])("with permission %j no agent of the user's is offered our tool", (given, kept) => {
  const config: Config = {};
  if (given !== undefined) Object.assign(config, { permission: given });
  const { config: after } = contributed(config);
  const rules: [string, unknown][] = Object.entries(after.permission ?? {});
  expect<unknown>(Object.fromEntries(rules.slice(0, -1))).toEqual(kept);
  // The last rule of a map wins.
  expect(rules.at(-1)).toEqual([PIPELINE_TOOL, "deny"]);
});
