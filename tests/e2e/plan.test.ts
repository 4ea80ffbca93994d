import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rateLimited, text } from "../support/modelReply.ts";
import { answerSchema, askedRole, offersTool, perspectiveOf, sessionOf } from "../support/modelRequest.ts";
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

test("a model at its limit gives way at once, and is not asked again before the time it names", async () => {
  await using scene = await makeScene({
    files: FILES,
    models: ["limited", "spare"],
    plugin: { models: { planning: ["fake/limited", "fake/spare", "fake/gone"] } },
    model: pipelineHandler({
      planner: (_perspective, { body }) =>
        body.model === "limited" ? rateLimited(3_600) : structured(planOf("Two greetings", "src/en.txt")),
    }),
  });
  const askedModels = () => scene.server.requests.map(({ body }) => body.model);

  const first = await scene.opencode("run", "plan", "--", "--context_file=feature.md");
  expect({ exitCode: first.exitCode, stderr: first.stderr }).toMatchObject({ exitCode: 0 });
  expect(first.stdout).toContain("1 item from 3 agents");
  expect(first.stderr).toContain("fake/gone");
  expect(first.stderr).toMatch(/fake\/limited: .*cools down until \d\d:\d\d\); asking fake\/spare/);
  expect(askedModels().filter((model) => model === "spare")).toHaveLength(3);
  const asked = askedModels().length;
  expect(asked).toBeLessThanOrEqual(5);

  const second = await scene.opencode("run", "plan", "--", "--context_file=feature.md");
  expect(second.exitCode).toBe(0);
  expect(second.stderr).toContain("fake/limited cools down until");
  expect(askedModels().slice(asked)).toEqual(["spare", "spare", "spare"]);
});

test("prose is corrected in the same session, at most twice; the next plan asks for JSON in words", async () => {
  const plan = planOf("Two greetings", "src/en.txt");
  const turns = new Map<string, number>();
  await using scene = await makeScene({
    files: FILES,
    model: (request) => {
      const perspective = perspectiveOf(request);
      const turn = (turns.get(perspective) ?? 0) + 1;
      turns.set(perspective, turn);
      if (perspective === "risk" || (perspective === "delivery" && turn === 1)) return text("I would greet people.");
      return text(`Here it is:\n\`\`\`json\n${JSON.stringify(plan)}\n\`\`\``);
    },
  });

  const { exitCode, stdout, stderr } = await scene.opencode("run", "plan", "--", "--context_file=feature.md");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stdout).toContain("No answer from risk: fake/scripted: the model answered in prose");
  expect(stderr).toContain("delivery: asked to correct its answer (1 of 2)");
  const requestsOf = (perspective: string) =>
    scene.server.requests.filter((request) => perspectiveOf(request) === perspective);
  expect(requestsOf("architecture")).toHaveLength(1);
  expect(requestsOf("delivery")).toHaveLength(2);
  expect(requestsOf("risk")).toHaveLength(3);
  expect(new Set(scene.server.requests.map(sessionOf)).size).toBe(3);

  const before = scene.server.requests.length;
  await scene.opencode("run", "plan", "--", "--context_file=feature.md");
  const later = scene.server.requests.slice(before);
  expect(later.length).toBeGreaterThanOrEqual(3);
  expect(later.map(answerSchema)).toEqual(later.map(() => undefined));
});

test("a model that cannot call tools is offered none, and answers with JSON in words", async () => {
  await using scene = await makeScene({
    files: FILES,
    model: ({ body }) =>
      body.tools === undefined
        ? text(JSON.stringify(planOf("Two greetings", "src/en.txt")))
        : { kind: "error", status: 400, message: "this model does not take tools" },
  });
  const path = join(scene.home.configFolder, "opencode.json");
  await writeFile(path, (await readFile(path, "utf8")).replace('"tool_call": true', '"tool_call": false'));
  const { exitCode, stderr } = await scene.opencode("run", "plan", "--", "--context_file=feature.md");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(scene.server.requests).toHaveLength(3);
});

test("a link is looked into first; with 5,000 files and a long feature requests stay under 40 KB", async () => {
  const folder = "packages/some-rather-long-package-name/source/components";
  const files = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, n) => [`${folder}/part-${n % 400}/a-file-with-a-long-name-${n}.ts`, "\n"]),
  );
  const finding = { says: '"Greetings" '.repeat(48), source: "https://docs.example.org/greetings" };
  const research = { findings: Array.from({ length: 20 }, () => finding), constraints: ["UTF-8"], risks: [] };
  await using scene = await makeScene({
    files: {
      ...files,
      "README.md": '# A "long" read me\n'.repeat(500),
      "feature.md": `Greet as https://docs.example.org/greetings says.\n${'Say "hello" once more.\n'.repeat(9_000)}`,
    },
    model: pipelineHandler({
      researcher: () => structured(research),
      planner: () => structured(planOf("Two greetings", "src/en.txt")),
    }),
  });

  const { exitCode, stdout, stderr } = await scene.opencode("run", "plan", "--", "--context_file=feature.md");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stdout).toContain("in tasks/research.json");
  expect(stderr).toContain("research first: the feature names https://docs.example.org");
  expect(scene.server.requests.map(askedRole)).toEqual(["researcher", "planner", "planner", "planner"]);
  const mayReadTheWeb = scene.server.requests.map((request) => offersTool(request, "webfetch"));
  expect(mayReadTheWeb).toEqual([true, false, false, false]);
  const written = await Bun.file(join(scene.repository.path, "tasks/research.json")).json();
  expect(written).toMatchObject({ version: 1, constraints: ["UTF-8"] });
  for (const { bytes } of scene.server.requests) expect(bytes).toBeLessThan(40 * 1024);
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
