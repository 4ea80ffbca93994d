import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { renderPlan } from "../../src/planning/planDocument.ts";
import { structuredMerge } from "../../src/planning/structuredMerge.ts";
import { text } from "../support/modelReply.ts";
import { askedRole } from "../support/modelRequest.ts";
import { pipelineHandler, planOf, structured } from "../support/pipelineScript.ts";
import { lastLine, makeScene } from "../support/scene.ts";

setDefaultTimeout(180_000);

const PLAN = renderPlan(
  structuredMerge([{ agent: "architecture", answer: planOf("Two greetings", "src/en.txt", "src/fr.txt") }], []),
);

test("backlog drafts tasks with the model and adds the edge that an overlap needs", async () => {
  const task = (id: string, files: readonly string[]) => ({
    id,
    title: `Write ${id}`,
    description: `Write ${files.join(" and ")}.`,
    files,
    depends_on: [],
    acceptance: [`test -f ${files[0]}`],
  });
  await using scene = await makeScene({
    config: "committed",
    files: { "tasks/PLAN.md": PLAN },
    model: pipelineHandler({
      backlog: () => structured({ tasks: [task("T001", ["src/en.txt"]), task("T002", ["src/fr.txt", "src/*.txt"])] }),
    }),
  });

  const { exitCode, stdout } = await scene.opencode("run", "backlog");

  expect(exitCode).toBe(0);
  expect(stdout).toContain("tasks/BACKLOG.yaml");
  const backlog = parse(await readFile(join(scene.repository.path, "tasks/BACKLOG.yaml"), "utf8"));
  expect(backlog).toMatchObject({
    version: 1,
    track_id: "two-greetings",
    tasks: [
      { id: "T001", status: "pending" },
      { id: "T002", depends_on: ["T001"], acceptance: [{ run: "test -f src/fr.txt" }] },
    ],
  });
  expect(scene.server.requests.map(askedRole)).toEqual(["backlog"]);
});

test("a model that answers in prose costs the draft, not the backlog: the plan's own items are used, and said so", async () => {
  await using scene = await makeScene({
    files: { "tasks/PLAN.md": PLAN },
    model: pipelineHandler({ backlog: () => text("I would rather talk about it.") }),
  });

  const { exitCode } = await scene.opencode("run", "backlog", "--", "--track_id=hello");

  expect(exitCode).toBe(0);
  const written = await readFile(join(scene.repository.path, "tasks/BACKLOG.yaml"), "utf8");
  expect(written).toStartWith("#");
  const { track_id: trackId, tasks } = parse(written) as { track_id: string; tasks: { files: string[] }[] };
  expect(trackId).toBe("hello");
  expect(tasks.map((task) => task.files)).toEqual([["src/en.txt"], ["src/fr.txt"]]);
});

test("a plan whose block is broken is refused with its place", async () => {
  await using scene = await makeScene({
    files: { "tasks/PLAN.md": PLAN.replace("version: 1", "version: [1") },
    model: pipelineHandler({}),
  });
  const { exitCode, stderr } = await scene.opencode("run", "backlog");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/tasks\/PLAN\.md:\d+/);
  expect(lastLine(stderr)).toContain("tasks/PLAN.md");
  expect(scene.server.requests).toEqual([]);
});
