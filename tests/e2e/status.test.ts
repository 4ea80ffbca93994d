import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { statusSchema } from "../../src/commands/statusDocument.ts";
import { runProcess } from "../../src/core/shell.ts";
import { PROJECT_ROOT } from "../support/hermeticHome.ts";
import { pipelineHandler, planOf, structured, writesThenDone } from "../support/pipelineScript.ts";
import { lastLine, makeScene } from "../support/scene.ts";
import { backlogOf } from "../support/words.ts";

setDefaultTimeout(180_000);

test("from plan to implement every version of a task's spec is kept, and status shows it, with OpenCode and without", async () => {
  await using scene = await makeScene({
    files: { "README.md": "# Greetings\n" },
    model: pipelineHandler({
      planner: () => structured(planOf("One greeting", "src/en.txt")),
      worker: (_, request) => writesThenDone({ "src/en.txt": "hello\n" })(request),
    }),
  });
  const { repository, home } = scene;
  const file = join(repository.path, "tasks/BACKLOG.yaml");
  expect(await scene.opencode("run", "plan", "--", "Greet people")).toMatchObject({ exitCode: 0 });
  expect(await scene.opencode("run", "backlog", "--", "--draft=plan")).toMatchObject({ exitCode: 0 });
  await writeFile(file, (await readFile(file, "utf8")).replace("Write the file src/en.txt", "Write a warm greeting"));
  expect(await scene.opencode("run", "implement")).toMatchObject({ exitCode: 0 });

  const inside = await scene.opencode("run", "status", "--", "--task=T001", "--history");

  expect(inside).toMatchObject({ exitCode: 0 });
  expect(inside.stdout).toContain("2 versions, oldest first");
  expect(inside.stdout).toMatch(/^Version 1 of 2: .*, by agent: /m);
  expect(inside.stdout).toMatch(/^Version 2 of 2: .*, by person: tasks\/BACKLOG\.yaml was edited by hand$/m);
  expect(inside.stdout).toMatch(/^-\s+Write the file src\/en\.txt\.?\n\+\s+Write a warm greeting/m);

  const cli = join(PROJECT_ROOT, "dist/cli.js");
  const outside = (...args: string[]) =>
    runProcess("node", [cli, "status", ...args], {
      cwd: repository.path,
      env: { ...home.env, PATH: "/usr/bin:/bin" },
      timeoutMs: 20_000,
    });
  expect((await outside("--task=T001", "--history")).stdout).toBe(`${inside.stdout.trim()}\n`);
  const { end, stdout, stderr } = await outside("--json");
  expect({ end, stderr }).toEqual({ end: { reason: "exited", exitCode: 0 }, stderr: "" });
  expect(statusSchema.parse(JSON.parse(stdout))).toMatchObject({
    run: { state: "complete" },
    tasks: [{ id: "T001", status: "complete", attempts: 1 }],
  });
});

test("a document far longer than OpenCode lets through a tool arrives whole; what cannot be told is the last line", async () => {
  const tasks = Array.from({ length: 600 }, (_, index) => ({ id: `T${index + 1}` }));
  await using scene = await makeScene({
    files: { "tasks/BACKLOG.yaml": backlogOf(tasks) },
    model: pipelineHandler({}),
  });
  const { exitCode, stdout } = await scene.opencode("run", "status", "--", "--json");
  expect(exitCode).toBe(0);
  expect(stdout.length).toBeGreaterThan(100_000);
  expect(statusSchema.parse(JSON.parse(stdout))).toMatchObject({ run: null, track: { id: "words" } });

  const refused = await scene.opencode("run", "status", "--", "--task=T999");
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(lastLine(refused.stderr)).toContain("No task 'T999' is known here");
});
