import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runShellCommand } from "../../src/core/shell.ts";
import { call, text, tools } from "../support/modelReply.ts";
import { firstUserText, type ModelRequest, sessionOf, toolResults } from "../support/modelRequest.ts";
import { pipelineHandler, taskOf } from "../support/pipelineScript.ts";
import { rendezvous } from "../support/rendezvous.ts";
import { lastLine, makeScene } from "../support/scene.ts";
import { backlogOf, FILES, pathOf, statuses, type TaskSketch, VERIFY, writesItsWord } from "../support/words.ts";

setDefaultTimeout(180_000);

const DIAMOND: readonly TaskSketch[] = [
  { id: "T001" },
  { id: "T002", depends_on: ["T001"] },
  { id: "T003", depends_on: ["T001"] },
  { id: "T004", depends_on: ["T001"] },
  { id: "T005", depends_on: ["T001"] },
  { id: "T006", depends_on: ["T002", "T003", "T004", "T005"] },
];

test("six tasks in a diamond land on the branch, three workers at a time, and nothing else of the user's changes", async () => {
  const threeAtOnce = rendezvous(3);
  await using scene = await makeScene({
    config: "uncommitted",
    files: { ...FILES, "tasks/BACKLOG.yaml": backlogOf(DIAMOND) },
    model: pipelineHandler({
      async worker(task, request) {
        if (["T002", "T003", "T004", "T005"].includes(task)) await threeAtOnce(task);
        return writesItsWord(task, request);
      },
    }),
  });
  const { repository, server } = scene;
  const base = await repository.git("rev-parse", "HEAD");
  const configBefore = await readFile(join(repository.path, ".git/config"), "utf8");

  const { exitCode, stderr } = await scene.opencode("run", "implement");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(Object.values(await statuses(repository))).toEqual(Array(6).fill("complete"));

  const commits = (await repository.git("log", "--reverse", "--first-parent", "--format=%H %s", `${base}..mac/words`))
    .split("\n")
    .map((line) => ({ id: line.slice(0, 40), subject: line.slice(41) }));
  expect(commits.map((commit) => commit.subject).sort()).toEqual(DIAMOND.map(({ id }) => `${id}: Write ${pathOf(id)}`));
  expect(commits[0]?.subject).toStartWith("T001");
  expect(commits[5]?.subject).toStartWith("T006");
  const clone = join(scene.home.path, "clone");
  await repository.git("clone", "--quiet", repository.path, clone);
  for (const { id, subject } of commits) {
    await repository.git("-C", clone, "checkout", "--quiet", "--detach", id);
    const verified = await runShellCommand(VERIFY, { cwd: clone, env: scene.home.env, timeoutMs: 10_000 });
    expect([subject, verified.end]).toEqual([subject, { reason: "exited", exitCode: 0 }]);
  }
  const trailers = await repository.git("log", "-1", "--format=%(trailers:key=Mac-Task,valueonly)%an", "mac/words");
  expect(trailers.split("\n").filter((line) => line !== "")).toEqual(["T006", "Ada Example"]);

  const workers = (request: ModelRequest) => (taskOf(request) === undefined ? undefined : sessionOf(request));
  expect(server.maxConcurrent(workers)).toBe(3);
  const first = server.requests[0];
  expect(first?.bytes).toBeLessThanOrEqual(16 * 1024);
  for (const request of server.requests) expect(Buffer.byteLength(firstUserText(request))).toBeLessThanOrEqual(3_072);

  expect(await repository.git("rev-parse", "main")).toBe(await repository.git("rev-parse", "mac/words"));
  expect(await repository.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/mac/words\nrefs/heads/main");
  expect(await repository.git("worktree", "list", "--porcelain")).not.toContain("slot");
  expect(await repository.git("stash", "list")).toBe("");
  expect(existsSync(join(repository.path, ".git/FETCH_HEAD"))).toBe(false);
  expect(await readFile(join(repository.path, ".git/config"), "utf8")).toBe(configBefore);
  expect(await readFile(join(repository.path, pathOf("T006")), "utf8")).toBe("word\n");
});

test("--dry_run shows waves, critical path, tokens and models, asks nobody and writes nothing", async () => {
  await using scene = await makeScene({
    config: "uncommitted",
    files: { ...FILES, "tasks/BACKLOG.yaml": backlogOf(DIAMOND) },
    model: pipelineHandler({}),
  });
  const { repository, server } = scene;
  // OpenCode itself keeps the project's id in .git/opencode.
  const everything = async () =>
    (await readdir(repository.path, { recursive: true })).filter((path) => path !== ".git/opencode").sort();
  const before = await everything();

  const { exitCode, stdout, stderr } = await scene.opencode("run", "implement", "--", "--dry_run");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stdout).toContain("words: 6 tasks to do in 3 waves, the widest of 4 tasks; 3 workers.");
  expect(stdout).toMatch(/^ +3 {2}T006 .* fake\/[\w-]+$/m);
  expect(stdout).toMatch(/^Critical path: T001 > T002 > T006 \(3 tasks, .* tokens\)$/m);
  expect(stdout).toContain("```mermaid\nflowchart LR\n");
  expect(stdout).toMatch(/^Total: .* tokens \(.*\), \$0 as listed\.$/m);
  expect(server.requests).toEqual([]);
  expect(await everything()).toEqual(before);
  expect(await repository.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  expect(existsSync(join(scene.home.path, ".local/share/multi-agent-coder"))).toBe(false);
});

test("with a path dirty that would change, the checkout is left alone and the merge command is named", async () => {
  await using scene = await makeScene({
    files: { ...FILES, [pathOf("T001")]: "old\n", "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }]) },
    model: pipelineHandler({
      worker: (_, request) => rewrite(request, pathOf("T001"), "old", "new"),
    }),
  });
  const { repository } = scene;
  const base = await repository.git("rev-parse", "HEAD");
  await repository.write({ [pathOf("T001")]: "mine\n" });

  const { exitCode, stdout, stderr } = await scene.opencode("run", "implement");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(await repository.git("rev-parse", "main")).toBe(base);
  expect(await readFile(join(repository.path, pathOf("T001")), "utf8")).toBe("mine\n");
  expect(await repository.git("show", `mac/words:${pathOf("T001")}`)).toBe("new");
  expect(stdout + stderr).toContain("git merge");
});

test("work outside a task's files never lands, and what does not depend on it does", async () => {
  await using scene = await makeScene({
    plugin: { maxAttempts: 1 },
    files: {
      ...FILES,
      "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }, { id: "T002" }, { id: "T003", depends_on: ["T001"] }]),
    },
    model: pipelineHandler({
      worker: (task, request) => (task === "T001" ? straysByShell(task, request) : writesItsWord(task, request)),
    }),
  });
  const { repository } = scene;

  const { exitCode, stderr } = await scene.opencode("run", "implement");

  expect(exitCode).toBe(1);
  expect(lastLine(stderr)).toContain("T001");
  expect(await statuses(repository)).toMatchObject({ T001: "failed", T002: "complete", T003: "skipped" });
  expect(await repository.git("log", "--format=%s", "-1", "mac/words")).toStartWith("T002");
  expect(await repository.git("ls-tree", "-r", "--name-only", "mac/words")).not.toContain("elsewhere.txt");
  expect(existsSync(join(repository.path, "elsewhere.txt"))).toBe(false);
});

/** A redirection passes by the fence; what it leaves is found in the difference. */
function straysByShell(task: string, request: ModelRequest) {
  if (toolResults(request).some((result) => result.tool === "bash")) return text("Done.");
  const command = `echo word > ${pathOf(task)}; echo stray > elsewhere.txt`;
  return tools(call("bash", { command, description: "Writes two files" }));
}

test("an agent's shell sees no key and none of our configuration", async () => {
  let seen = "";
  await using scene = await makeScene({
    config: "uncommitted",
    files: { ...FILES, "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }]) },
    model: pipelineHandler({
      worker(task, request) {
        const listing = toolResults(request).find((result) => result.tool === "bash");
        if (listing === undefined) return tools(call("bash", { command: "env", description: "Lists the environment" }));
        seen = listing.output;
        return writesItsWord(task, request);
      },
    }),
  });

  const { exitCode, stderr } = await scene.opencode("run", "implement");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(seen).toContain("PATH=");
  expect(seen).not.toContain("not-a-real-key");
  expect(seen).not.toContain("OPENCODE_CONFIG_CONTENT");
});

/** A worker that reads a file and changes a word in it: OpenCode refuses to change what was not read. */
function rewrite(request: ModelRequest, filePath: string, oldString: string, newString: string) {
  const turns = toolResults(request).length;
  if (turns === 0) return tools(call("read", { filePath }));
  if (turns === 1) return tools(call("edit", { filePath, oldString, newString }));
  return { kind: "text", text: "Done." } as const;
}
