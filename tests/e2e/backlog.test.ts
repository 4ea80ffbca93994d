import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { renderPlan } from "../../src/planning/planDocument.ts";
import { structuredMerge } from "../../src/planning/structuredMerge.ts";
import { text } from "../support/modelReply.ts";
import { askedRole, sessionOf } from "../support/modelRequest.ts";
import { pipelineHandler, planOf, structured } from "../support/pipelineScript.ts";
import { lastLine, makeScene } from "../support/scene.ts";

setDefaultTimeout(180_000);

const PLAN = renderPlan(
  structuredMerge([{ agent: "architecture", answer: planOf("Two greetings", "src/en.txt", "src/fr.txt") }], []),
);

const task = (id: string, files: readonly string[], depends_on: readonly string[] = []) => ({
  id,
  title: `Write ${id}`,
  description: `Write ${files.join(" and ")}.`,
  files,
  depends_on,
  acceptance: [`test -f ${files[0]}`],
});

test("a draft whose tasks wait for one another is mended in the same session, and gets the edge that an overlap needs", async () => {
  const cycle = { tasks: [task("T001", ["src/en.txt"], ["T002"]), task("T002", ["src/fr.txt"], ["T001"])] };
  const mended = { tasks: [task("T001", ["src/en.txt"]), task("T002", ["src/fr.txt", "src/*.txt"])] };
  await using scene = await makeScene({
    config: "committed",
    files: { "tasks/PLAN.md": PLAN },
    model: pipelineHandler({
      backlog: (request) => structured(JSON.stringify(request.body).includes("T001 -> T002") ? mended : cycle),
    }),
  });

  const { exitCode, stdout, stderr } = await scene.opencode("run", "backlog");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("(1 of 2)") });
  expect(stdout).toContain("2 tasks in 2 waves, in tasks/BACKLOG.yaml");
  expect(stdout).toContain("T002 waits for T001");
  expect(parse(await readFile(join(scene.repository.path, "tasks/BACKLOG.yaml"), "utf8"))).toMatchObject({
    version: 1,
    track_id: "two-greetings",
    base: await scene.repository.git("rev-parse", "HEAD^{tree}"),
    tasks: [
      { id: "T001", status: "pending" },
      { id: "T002", depends_on: ["T001"], acceptance: [{ run: "test -f src/fr.txt" }] },
    ],
  });
  expect(scene.server.requests.map(askedRole)).toEqual(["backlog", "backlog"]);
  expect(new Set(scene.server.requests.map(sessionOf)).size).toBe(1);
});

test("a draft that stays broken fails with its errors and writes nothing; --draft=plan needs no model", async () => {
  await using scene = await makeScene({
    files: { "tasks/PLAN.md": PLAN },
    model: pipelineHandler({ backlog: () => structured({ tasks: [task("T001", ["../outside.txt"])] }) }),
  });

  const failed = await scene.opencode("run", "backlog");

  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain('- task T001 field files: "../outside.txt"');
  expect(lastLine(failed.stderr)).toContain("--draft=plan");
  expect(scene.server.requests.map(askedRole)).toEqual(["backlog", "backlog", "backlog"]);
  expect(await scene.repository.git("status", "--porcelain")).toBe("");

  const planned = await scene.opencode("run", "backlog", "--", "--draft=plan", "--track_id=hello");

  expect(planned.exitCode).toBe(0);
  const written = await readFile(join(scene.repository.path, "tasks/BACKLOG.yaml"), "utf8");
  const { track_id: trackId, tasks } = parse(written) as { track_id: string; tasks: { files: string[] }[] };
  expect(trackId).toBe("hello");
  expect(tasks.map(({ files }) => files)).toEqual([["src/en.txt"], ["src/fr.txt"]]);
  expect(scene.server.requests).toHaveLength(3);
});

test("a model that answers in prose costs the draft, and nothing is written", async () => {
  await using scene = await makeScene({
    files: { "tasks/PLAN.md": PLAN },
    model: () => text("I would rather talk about it."),
  });
  const { exitCode, stderr } = await scene.opencode("run", "backlog");
  expect(exitCode).toBe(1);
  expect(lastLine(stderr)).toContain("without JSON");
  expect(await scene.repository.git("status", "--porcelain")).toBe("");
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

test("--dry_run shows what implement would do with the plan's own items, asks no model and writes nothing", async () => {
  await using scene = await makeScene({ files: { "tasks/PLAN.md": PLAN }, model: pipelineHandler({}) });
  const { exitCode, stdout, stderr } = await scene.opencode("run", "backlog", "--", "--dry_run");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stdout).toContain("two-greetings: 2 tasks to do in ");
  expect(stdout).toMatch(/^ +1 {2}T001 .* fake\/[\w-]+$/m);
  expect(stdout).toMatch(/^Total: .* tokens/m);
  expect(lastLine(stdout)).toBe("Next: opencode run backlog");
  expect(scene.server.requests).toEqual([]);
  expect(await scene.repository.git("status", "--porcelain")).toBe("");
});
