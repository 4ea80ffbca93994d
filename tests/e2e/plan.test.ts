import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { askedRole, perspectiveOf, sessionOf } from "../support/modelRequest.ts";
import { pipelineHandler, planOf, structured } from "../support/pipelineScript.ts";
import { rendezvous } from "../support/rendezvous.ts";
import { lastLine, makeScene } from "../support/scene.ts";

setDefaultTimeout(180_000);

const FILES = { "README.md": "# Greetings\n", "feature.md": "Greet people in two languages.\n" };

test("plan asks three planners at once, writes PLAN.md, and asks the model nothing else", async () => {
  const threeAtOnce = rendezvous(3);
  await using scene = await makeScene({
    files: FILES,
    // A small model set by the user must not be asked for titles either.
    extra: { small_model: "fake/scripted" },
    model: pipelineHandler({
      async planner(perspective) {
        await threeAtOnce(perspective);
        return structured(planOf("Two greetings", "src/en.txt", "src/fr.txt"));
      },
    }),
  });

  const { exitCode, stdout, stderr } = await scene.opencode("run", "plan", "--", "--context_file=feature.md");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stdout).toContain("tasks/PLAN.md");
  const plan = await readFile(join(scene.repository.path, "tasks/PLAN.md"), "utf8");
  expect(plan).toContain("src/fr.txt");
  expect(plan).toContain("3 of 3");
  expect(scene.server.requests.map(askedRole)).toEqual(["planner", "planner", "planner"]);
  expect(new Set(scene.server.requests.map(perspectiveOf)).size).toBe(3);
  expect(scene.server.maxConcurrent(sessionOf)).toBe(3);
  expect(await scene.repository.git("status", "--porcelain")).toBe("?? tasks/");
  expect(await scene.repository.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
});

test("plan goes on without one planner and names it; without two it fails and says why", async () => {
  let failing = ["risk"];
  await using scene = await makeScene({
    files: FILES,
    model: pipelineHandler({
      planner: (perspective) =>
        failing.includes(perspective)
          ? { kind: "error", status: 401, message: "Key rejected" }
          : structured(planOf("Two greetings", "src/en.txt")),
    }),
  });

  const partly = await scene.opencode("run", "plan", "--", "--context_file=feature.md");
  expect(partly.exitCode).toBe(0);
  const plan = await readFile(join(scene.repository.path, "tasks/PLAN.md"), "utf8");
  expect(plan).toContain("2 of 3");
  expect(plan).toContain("risk");

  failing = ["risk", "delivery"];
  const failed = await scene.opencode("run", "plan", "--", "--context_file=feature.md", "--output=tasks/OTHER.md");
  expect(failed.exitCode).toBe(1);
  for (const perspective of failing) expect(failed.stderr).toContain(perspective);
  expect(failed.stderr).toContain("Key rejected");
  expect(await Bun.file(join(scene.repository.path, "tasks/OTHER.md")).exists()).toBe(false);
});

test("what cannot work is refused in one last line, before any model is asked", async () => {
  await using scene = await makeScene({ files: FILES, model: pipelineHandler({}) });

  const missing = await scene.opencode("run", "plan", "--", "--context_file=nothing.md");
  expect(missing.exitCode).toBe(1);
  expect(lastLine(missing.stderr)).toContain("nothing.md");

  const unknown = await scene.opencode("run", "plan", "--", "--contextfile=feature.md");
  expect(unknown.exitCode).toBe(1);
  expect(lastLine(unknown.stderr)).toContain("contextfile");

  expect(scene.server.requests).toEqual([]);
  expect(await scene.repository.git("status", "--porcelain")).toBe("");
});
