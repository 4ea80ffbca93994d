import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateBacklog } from "../src/backlog/backlogGenerator.ts";
import { type AgentRunner, nothingSpent } from "../src/core/agentRunner.ts";
import { renderPlan } from "../src/planning/planDocument.ts";
import { structuredMerge } from "../src/planning/structuredMerge.ts";
import type { FileTree } from "../tests/support/repository.ts";
import { PLANNER_ANSWERS } from "./planners.ts";
import { DEMO_DRAFT } from "./steps.ts";

/**
 * The worked example in tasks/: the demo's feature, and what `plan` and `backlog` make of it. A test holds the files
 * against this; after a change of either format, `bun demo/example.ts` writes them anew.
 */
export async function workedExample(): Promise<FileTree> {
  const plan = structuredMerge(
    Object.entries(PLANNER_ANSWERS).map(([agent, answer]) => ({ agent, answer })),
    [],
  );
  const generated = await generateBacklog({
    plan,
    planFile: "tasks/PLAN.md",
    trackId: "spending-reports",
    verify: ["bun test"],
    setup: [],
    runner: drafter,
    model: undefined,
    repositoryRoot: sample,
    timeoutSeconds: 1,
    signal: new AbortController().signal,
    logProgress: () => undefined,
    clock: { now: () => 0 },
  });
  if (!generated.ok) throw new Error(`The demo's draft makes no backlog: ${generated.failure.reason}`);
  return {
    "tasks/feature.md": await readFile(join(sample, "feature.md"), "utf8"),
    "tasks/PLAN.md": renderPlan(plan),
    "tasks/BACKLOG.yaml": generated.value.text,
  };
}

const sample = fileURLToPath(new URL("./sample", import.meta.url));

const drafter: AgentRunner = {
  spawnAgent: () =>
    Promise.resolve({
      status: "success",
      text: "",
      structured: DEMO_DRAFT,
      metadata: nothingSpent(undefined),
    }),
};

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  for (const [path, text] of Object.entries(await workedExample())) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
