import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { nothingSpent } from "../../../src/core/agentRunner.ts";
import { featureSection } from "../../../src/planning/featureSection.ts";
import { runPlanningPhase } from "../../../src/planning/planningPhase.ts";
import { askResearcher } from "../../../src/planning/researcher.ts";
import { ModelMemory } from "../../../src/recovery/modelMemory.ts";
import { planOf } from "../../support/pipelineScript.ts";

/** Digest of everything that agents of a version are told. Another digest needs another version. */
const KNOWN: Readonly<Record<string, string>> = {
  "planner-2": "d6009ea070c4ca6c",
  "researcher-1": "ceaf635989426cf2",
};

/** What agents were told, and the version recorded with it. */
async function told(role: "planner" | "researcher"): Promise<{ version: string | undefined; digest: string }> {
  const words: string[] = [];
  const clock = { now: () => 0 };
  const material = { overview: "O", feature: featureSection("F", undefined), research: "R" };
  const model = { providerID: "p", modelID: "m" };
  const surroundings = {
    runner: {
      hostSession: undefined,
      endSessions: async () => [],
      spawnAgent: async (_role: unknown, prompt: string, { system }: { readonly system: string }) => {
        words.push(`${system}\0${prompt}`);
        const structured = role === "planner" ? planOf("T", "a.ts") : { findings: [], constraints: [], risks: [] };
        return { status: "success" as const, text: "", structured, metadata: nothingSpent(model) };
      },
    },
    memory: new ModelMemory({ XDG_DATA_HOME: "/nonexistent" }, clock, () => undefined),
    factsOf: () => undefined,
    directory: "/",
    timeoutSeconds: 300,
    idleTimeoutSeconds: 120,
    signal: new AbortController().signal,
    clock,
    pause: async () => undefined,
    report: () => undefined,
    isNews: () => true,
  };
  const versions: string[] = [];
  if (role === "planner") {
    const limiter = <Value>(work: () => Promise<Value>) => work();
    const request = { material, agents: 3, quorum: 3, models: { spread: [model], behind: [] }, limiter };
    const result = await runPlanningPhase(request, surroundings);
    if (result.ok) versions.push(...result.value.authors.map(({ promptVersion }) => promptVersion));
  } else {
    for (const webOrigins of [[], ["https://example.org"]]) {
      const { result } = await askResearcher({ ...material, webOrigins, models: [model] }, surroundings);
      if (result.ok) versions.push(result.value.author.promptVersion);
    }
  }
  return {
    version: versions[0],
    digest: createHash("sha256").update(words.sort().join("\0")).digest("hex").slice(0, 16),
  };
}

test.each(["planner", "researcher"] as const)("what a %s is told has the version that is recorded", async (role) => {
  const { version = "none", digest } = await told(role);
  expect({ [version]: digest }).toEqual({ [version]: KNOWN[version] ?? "an unknown version" });
});
