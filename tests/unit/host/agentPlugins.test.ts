import { expect, test } from "bun:test";
import { pluginsForAgents } from "../../../src/host/agentPlugins.ts";

const OWN = "file:///opt/tools/multi-agent-coder/dist/index.js";

test("packages come along, files of the project do not, and ours keeps its name and options", () => {
  const ours: [string, Record<string, unknown>] = ["file:///opt/tools/multi-agent-coder/dist", { workers: 2 }];
  const configured = [
    "opencode-gemini-auth@1.2.0",
    "file:///home/me/repo/.opencode/plugin/mine.js",
    "./local.js",
    ours,
  ];
  expect(pluginsForAgents(configured, OWN)).toEqual(["opencode-gemini-auth@1.2.0", ours]);
});

test("a project that only lies in a folder of our name is not taken for us", () => {
  const theirs = "file:///home/me/multi-agent-coder/.opencode/plugin/theirs.js";
  expect(pluginsForAgents([theirs], OWN)).toEqual([OWN]);
});

test("installed as a package, with a version or without", () => {
  expect(pluginsForAgents(["multi-agent-coder@0.1.0"], OWN)).toEqual(["multi-agent-coder@0.1.0"]);
  expect(pluginsForAgents(undefined, OWN)).toEqual([OWN]);
});
