import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deferred } from "../../src/core/deferred.ts";
import { runProcess } from "../../src/core/shell.ts";
import { PROJECT_ROOT } from "../support/hermeticHome.ts";
import { call, tools } from "../support/modelReply.ts";
import { toolResults } from "../support/modelRequest.ts";
import { pipelineHandler, taskOf } from "../support/pipelineScript.ts";
import { makeScene, ownFile, type Scene } from "../support/scene.ts";
import { until } from "../support/until.ts";
import { backlogOf, FILES, statuses, writesItsWord } from "../support/words.ts";

setDefaultTimeout(180_000);

const EXITED = { reason: "exited", exitCode: 0 };
const WAITS = "touch running; until [ -e go ]; do sleep 0.05; done; rm running go";

test("paused while a command of an agent runs: no request leaves until it is released; workers are sampled as recorded", async () => {
  const asked = deferred<void>();
  const tasks = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }];
  await using scene = await makeScene({
    files: {
      ...FILES,
      "tasks/BACKLOG.yaml": backlogOf(tasks).replace("- id: T002", "- id: T002\n    model: fake/rigid"),
    },
    models: ["scripted", "rigid"],
    rigid: ["rigid"],
    model: pipelineHandler({
      worker(task, request) {
        const isFirst = task === "T001" && toolResults(request).length === 0;
        if (isFirst) asked.resolve();
        if (isFirst) return tools(call("bash", { command: WAITS, description: "Waits" }));
        return writesItsWord(task, request);
      },
    }),
  });
  const { repository, server } = scene;
  const requestsOf = (task: string) => server.requests.filter((request) => taskOf(request) === task);
  const running = scene.start("run", "implement");
  await Promise.race([asked.promise, running.finished]);
  await until("the command", async () => (await ownFile(scene, "slot-*/running")) !== undefined);

  const pausing = outside(scene, "pause");
  await until("the pause to be heard of", async () => running.stderr().includes("paused: what runs ends first"));
  const marker = (await ownFile(scene, "slot-*/running")) ?? "";
  await writeFile(join(dirname(marker), "go"), "");
  expect(await pausing).toMatchObject({ end: EXITED, stdout: expect.stringContaining("1 agent held (T001)") });
  expect(requestsOf("T001")).toHaveLength(1);
  expect((await outside(scene, "status")).stdout).toMatch(/paused in process[\s\S]*T001 {2}working, held/);
  expect(requestsOf("T001")).toHaveLength(1);

  expect(await outside(scene, "pause", "--off")).toMatchObject({ end: EXITED, stdout: "track words goes on.\n" });
  const { exitCode, stderr } = await running.finished;
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(await statuses(repository)).toEqual({ T001: "complete", T002: "complete" });

  const events = await journal(scene);
  const seed = events.find(({ type, task }) => type === "attempt_started" && task === "T001")?.seed;
  const sent = (task: string) =>
    requestsOf(task).map(({ body: { temperature, top_p, seed } }) => [temperature, top_p, seed]);
  expect(seed).toBeNumber();
  expect(sent("T001")).toEqual(requestsOf("T001").map(() => [0, 1, seed]));
  expect(sent("T002")).toEqual(requestsOf("T002").map(() => [undefined, undefined, undefined]));
  const sampling = (task: string) =>
    events.find((event) => event.type === "agent_finished" && event.task === task)?.sampling;
  expect(sampling("T001")).toEqual({ temperature: 0, top_p: 1, seed });
  expect(sampling("T002")).toEqual({});
});

interface Recorded {
  readonly type: string;
  readonly task?: string;
  readonly seed?: number;
  readonly sampling?: unknown;
}

async function journal(scene: Scene): Promise<readonly Recorded[]> {
  const lines = (await readFile((await ownFile(scene, "runs/*/events.jsonl")) ?? "", "utf8")).trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { event: Recorded }).event);
}

/** A command of the executable, in another terminal. */
function outside({ home, repository }: Scene, ...args: string[]) {
  const env = { ...home.env, PATH: process.env.PATH ?? "/usr/bin:/bin" };
  const limits = { cwd: repository.path, env, timeoutMs: 60_000 };
  return runProcess("node", [join(PROJECT_ROOT, "dist/cli.js"), ...args], limits);
}
