import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { backlogFromAgent } from "../src/backlog/backlogGenerator.ts";
import { readRepositoryFacts } from "../src/backlog/readRepositoryFacts.ts";
import { type AgentRunner, nothingSpent } from "../src/core/agentRunner.ts";
import { systemClock } from "../src/core/clock.ts";
import { pause } from "../src/core/pause.ts";
import { Git } from "../src/git/gitProcess.ts";
import { inspectRepository } from "../src/git/userRepository.ts";
import { renderPlan } from "../src/planning/planDocument.ts";
import { structuredMerge } from "../src/planning/structuredMerge.ts";
import { PROJECT_BIN } from "../tests/support/hermeticHome.ts";
import { type FileTree, makeRepository } from "../tests/support/repository.ts";
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
  const repository = await makeRepository({ from: sample });
  try {
    const environment = { ...process.env, PATH: [PROJECT_BIN, process.env.PATH].join(delimiter) };
    const git = new Git(environment);
    const request = {
      plan,
      planFile: "tasks/PLAN.md",
      trackId: "spending-reports",
      base: await repository.git("rev-parse", "HEAD^{tree}"),
      verify: ["bun test"],
      setup: [],
      facts: await readRepositoryFacts(git, await inspectRepository(git, repository.path), environment),
    };
    const { result } = await backlogFromAgent(request, {
      runner: drafter,
      model: { providerID: "demo", modelID: "demo" },
      by: "schema",
      directory: repository.path,
      timeoutSeconds: 1,
      signal: new AbortController().signal,
      clock: systemClock,
      pause,
      report: () => undefined,
    });
    if (!result.ok) throw new Error(`The demo's draft makes no backlog: ${JSON.stringify(result.failure)}`);
    return {
      "tasks/feature.md": await readFile(join(sample, "feature.md"), "utf8"),
      "tasks/PLAN.md": renderPlan(plan),
      "tasks/BACKLOG.yaml": result.value.text,
    };
  } finally {
    await repository.remove();
  }
}

const sample = fileURLToPath(new URL("./sample", import.meta.url));

const drafter: AgentRunner = {
  hostSession: undefined,
  endSessions: async () => [],
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
