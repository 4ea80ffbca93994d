import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { call, tools } from "../support/modelReply.ts";
import { firstUserText, type ModelRequest, sessionOf } from "../support/modelRequest.ts";
import { pipelineHandler, taskOf, writesThenDone } from "../support/pipelineScript.ts";
import type { Repository } from "../support/repository.ts";
import { lastLine, makeScene } from "../support/scene.ts";

setDefaultTimeout(180_000);

/** One word a file; the check at every commit: each word that is there stands alone on its line. */
const VERIFY = "for file in words/*.txt; do grep -qx '[a-z]*' \"$file\" || exit 1; done";

interface TaskSketch {
  readonly id: string;
  readonly depends_on?: readonly string[];
}

const pathOf = (id: string) => `words/${id.toLowerCase()}.txt`;

function backlogOf(tasks: readonly TaskSketch[]): string {
  return stringify({
    version: 1,
    track_id: "words",
    title: "Words",
    verify: [VERIFY],
    tasks: tasks.map(({ id, depends_on = [] }) => ({
      id,
      title: `Write ${pathOf(id)}`,
      description: `Write one word into ${pathOf(id)}.\n`,
      depends_on,
      files: [pathOf(id)],
      acceptance: [{ run: `test -s ${pathOf(id)}` }],
    })),
  });
}

const DIAMOND: readonly TaskSketch[] = [
  { id: "T001" },
  { id: "T002", depends_on: ["T001"] },
  { id: "T003", depends_on: ["T001"] },
  { id: "T004", depends_on: ["T001"] },
  { id: "T005", depends_on: ["T001"] },
  { id: "T006", depends_on: ["T002", "T003", "T004", "T005"] },
];

const FILES = { "words/first.txt": "first\n" };

const writesItsWord = (task: string, request: ModelRequest) => writesThenDone({ [pathOf(task)]: "word\n" })(request);

async function statuses(repository: Repository): Promise<Record<string, string>> {
  const backlog = parse(await readFile(join(repository.path, "tasks/BACKLOG.yaml"), "utf8")) as {
    tasks: { id: string; status: string }[];
  };
  return Object.fromEntries(backlog.tasks.map(({ id, status }) => [id, status]));
}

test("six tasks in a diamond land on the branch, three workers at a time, and nothing else of the user's changes", async () => {
  await using scene = await makeScene({
    config: "uncommitted",
    files: { ...FILES, "tasks/BACKLOG.yaml": backlogOf(DIAMOND) },
    model: pipelineHandler({ worker: writesItsWord }),
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
  const trailers = await repository.git("log", "-1", "--format=%(trailers:key=Mac-Task,valueonly)%an", "mac/words");
  expect(trailers.split("\n").filter((line) => line !== "")).toEqual(["T006", "Ada Example"]);

  const workers = (request: ModelRequest) => (taskOf(request) === undefined ? undefined : sessionOf(request));
  expect(server.maxConcurrent(workers)).toBeGreaterThanOrEqual(2);
  expect(server.maxConcurrent(workers)).toBeLessThanOrEqual(3);
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
      worker: (task, request) =>
        task === "T001"
          ? writesThenDone({ [pathOf(task)]: "word\n", "elsewhere.txt": "stray\n" })(request)
          : writesItsWord(task, request),
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

test("SIGINT ends the run with 130 within five seconds, and the next one repeats nothing that landed", async () => {
  const { promise: secondAsked, resolve: askSecond } = Promise.withResolvers<void>();
  let hangs = true;
  await using scene = await makeScene({
    files: { ...FILES, "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }, { id: "T002", depends_on: ["T001"] }]) },
    model: pipelineHandler({
      worker(task, request) {
        if (task === "T001" || !hangs) return writesItsWord(task, request);
        askSecond();
        return { kind: "hang" };
      },
    }),
  });
  const { repository, server } = scene;

  const running = scene.start("run", "implement");
  await Promise.race([secondAsked, running.finished]);
  const interruptedAt = performance.now();
  running.signal("SIGINT");
  const interrupted = await running.finished;

  expect({ ...interrupted, durationMs: 0 }).toMatchObject({ exitCode: 130, timedOut: false });
  expect(performance.now() - interruptedAt).toBeLessThan(5_000);
  const landed = await repository.git("rev-parse", "mac/words");
  expect(await repository.git("log", "-1", "--format=%s", landed)).toStartWith("T001");

  hangs = false;
  const requestsBefore = server.requests.length;
  const resumed = await scene.opencode("run", "implement");

  expect({ exitCode: resumed.exitCode, stderr: resumed.stderr }).toMatchObject({ exitCode: 0 });
  expect(new Set(server.requests.slice(requestsBefore).map(taskOf))).toEqual(new Set(["T002"]));
  expect(await repository.git("rev-parse", "mac/words^")).toBe(landed);
});

/** A worker that reads a file and changes a word in it: OpenCode refuses to change what was not read. */
function rewrite(request: ModelRequest, filePath: string, oldString: string, newString: string) {
  const turns = request.body.messages.filter((message) => message.role === "tool").length;
  if (turns === 0) return tools(call("read", { filePath }));
  if (turns === 1) return tools(call("edit", { filePath, oldString, newString }));
  return { kind: "text", text: "Done." } as const;
}
