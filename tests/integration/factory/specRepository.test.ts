import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { type StateDirectory, stateDirectoryFor } from "../../../src/core/stateDirectory.ts";
import {
  latestTaskSpec,
  readBacklogVersions,
  readPlanVersions,
  readTaskVersions,
} from "../../../src/factory/specHistory.ts";
import { SpecRepository } from "../../../src/factory/specRepository.ts";
import { taskSpecText } from "../../../src/factory/specText.ts";
import { ControlRepository } from "../../../src/git/controlRepository.ts";
import { Git } from "../../../src/git/gitProcess.ts";
import { inspectRepository } from "../../../src/git/userRepository.ts";
import type { Backlog, Task } from "../../../src/types.ts";
import { makeRepository, repositoryAt } from "../../support/repository.ts";

let folder: string;
let state: StateDirectory;
let git: Git;
let now = Date.UTC(2026, 0, 2, 3, 4, 5);

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "mac-specs-")));
  const environment = { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: join(folder, "data") };
  git = new Git(environment);
  const repository = await makeRepository({ path: join(folder, "project"), files: { "a.txt": "a\n" } });
  state = stateDirectoryFor(join(repository.path, ".git"), environment);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** As another command would open it. */
async function specs(): Promise<SpecRepository> {
  const user = await inspectRepository(git, join(folder, "project"));
  return new SpecRepository(await ControlRepository.open(git, state, user), { now: () => now });
}

const task = (id: string, more: Partial<Task> = {}): Task => ({
  id,
  title: `Do ${id}`,
  description: "First line\nSecond line\n",
  depends_on: [],
  files: [`src/${id}.ts`],
  reads: [],
  context: "",
  acceptance: [],
  allow_empty: false,
  network: false,
  status: "pending",
  ...more,
});

const backlog = (...tasks: readonly Task[]): Backlog => ({
  version: 1,
  track_id: "feature",
  title: "A feature",
  verify: [],
  setup: [],
  tasks,
});

const file = "tasks/BACKLOG.yaml";
const specOf = (given: Backlog, text = "as written\n") => ({ backlog: given, text, file });
const BY_AGENT = { author: "agent", reason: "drafted from the plan", models: ["free/model"] } as const;
const versionsOf = (id: string) => readTaskVersions(git, state.controlGit, "feature", id);

test("each change of a task is a version with author, reason, time and parent; the difference is git's", async () => {
  const plan = await (await specs()).recordPlan({ text: "# Plan\n", file: "tasks/PLAN.md" }, BY_AGENT);
  const first = await (await specs()).recordBacklog(specOf(backlog(task("T001"), task("T002"))), { ...BY_AGENT, plan });
  now += 60_000;
  const edited = task("T001", { description: "First line\nAnother line\n" });
  const second = await (await specs()).noticeBacklog(specOf(backlog(edited, task("T002"))));

  expect(await versionsOf("T001")).toEqual([
    {
      id: first,
      parent: null,
      time: "2026-01-02T03:04:05.000Z",
      author: "agent",
      reason: "drafted from the plan",
      models: ["free/model"],
      prompt: null,
      plan,
      difference: expect.stringContaining("--- /dev/null\n+++ b/tasks/T001.yaml\n@@ -0,0 +1,"),
    },
    {
      id: second,
      parent: first,
      time: "2026-01-02T03:05:05.000Z",
      author: "person",
      reason: "tasks/BACKLOG.yaml was edited by hand",
      models: [],
      prompt: null,
      plan: null,
      difference: expect.stringMatching(/^- {2}Second line\n\+ {2}Another line$/m),
    },
  ]);
  expect((await versionsOf("T002")).map(({ id }) => id)).toEqual([first]);
});

test("what says the same is no new version: statuses, layout and comments, defaults written out", async () => {
  const first = await (await specs()).recordBacklog(specOf(backlog(task("T001"))), BY_AGENT);
  const worked = backlog(task("T001", { status: "complete" }));
  expect(await (await specs()).noticeBacklog(specOf(worked, "# a comment\n"))).toBe(first);
  expect(await versionsOf("T001")).toHaveLength(1);
  const plan = { text: "# Plan\n", file: "tasks/PLAN.md" };
  const planned = await (await specs()).recordPlan(plan, BY_AGENT);
  expect(await (await specs()).noticePlan(plan)).toBe(planned);
});

test("going back to an earlier text is a version again", async () => {
  const plan = (text: string) => ({ text, file: "tasks/PLAN.md" });
  const ids = [];
  for (const text of ["one\n", "two\n", "one\n"]) ids.push(await (await specs()).noticePlan(plan(text)));
  const versions = await readPlanVersions(git, state.controlGit, "tasks/PLAN.md");
  expect(versions.map(({ id, reason }) => [id, reason])).toEqual([
    [ids[0] ?? "", "tasks/PLAN.md as it was found"],
    [ids[1] ?? "", "tasks/PLAN.md was edited by hand"],
    [ids[2] ?? "", "tasks/PLAN.md was edited by hand"],
  ]);
  expect(versions.at(-1)?.difference).toContain("-two\n+one");
});

test("a task that goes and comes back keeps its history", async () => {
  const repository = await specs();
  await repository.noticeBacklog(specOf(backlog(task("T001"), task("T002"))));
  await repository.noticeBacklog(specOf(backlog(task("T001"))));
  await repository.noticeBacklog(specOf(backlog(task("T001"), task("T002", { title: "Again" }))));
  const differences = (await versionsOf("T002")).map(({ difference }) => difference.split("\n").slice(0, 2));
  expect(differences).toEqual([
    ["--- /dev/null", "+++ b/tasks/T002.yaml"],
    ["--- a/tasks/T002.yaml", "+++ /dev/null"],
    ["--- /dev/null", "+++ b/tasks/T002.yaml"],
  ]);
});

test("ten versions recorded at once form one chain and none is lost", async () => {
  const repositories = await Promise.all(Array.from({ length: 4 }, () => specs()));
  const ids = await Promise.all(
    Array.from({ length: 10 }, (_, index) => {
      const spec = specOf(backlog(task("T001", { title: `Title ${index}` })));
      return repositories[index % 4]?.recordBacklog(spec, BY_AGENT);
    }),
  );
  const versions = await versionsOf("T001");
  expect(versions.map(({ id }) => id).sort()).toEqual(ids.map(String).sort());
  expect(versions.map(({ parent }) => parent)).toEqual([null, ...versions.slice(0, -1).map(({ id }) => id)]);
});

test("a thousand tasks are one version, each with its own spec to be read back", async () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `T${index}`);
  await (await specs()).recordBacklog(specOf(backlog(...ids.map((id) => task(id)))), BY_AGENT);
  const [version] = await versionsOf("T999");
  const stored = await repositoryAt(state.controlGit).git("show", `${version?.id}:tasks/T999.yaml`);
  expect(parse(stored)).toEqual({
    id: "T999",
    title: "Do T999",
    description: "First line\nSecond line\n",
    files: ["src/T999.ts"],
  });
});

test.each([
  ["an id like a file of a device", task("NUL")],
  ["ids that differ in length alone", task("T-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_A")],
  [
    "text that looks like a patch",
    task("T001", { description: "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\nMac-Author: rebase\n" }),
  ],
  [
    "text with quotes, tabs and other scripts",
    task("T001", { description: "\t'\"#: 値 🙂\n\n  indented\n", title: ": - #" }),
  ],
  ["paths with glob characters and spaces", task("T001", { files: ["src/[a b]/*.ts", "weird:{}.md"] })],
])("%s is recorded and comes back unchanged", async (_, given) => {
  await (await specs()).recordBacklog(specOf(backlog(given)), BY_AGENT);
  const [version, ...others] = await versionsOf(given.id);
  expect(others).toEqual([]);
  expect(version?.author).toBe("agent");
  const stored = parse(await repositoryAt(state.controlGit).git("show", `${version?.id}:tasks/${given.id}.yaml`));
  expect(stored).toMatchObject({ title: given.title, files: given.files, description: given.description });
});

test.each([["plans/a b.md"], ["../x.lock"], ["PLAN.md"], ["plan.md"], ["tasks/計画.md"], ["x".repeat(250)]])(
  "a plan named %j has a history of its own",
  async (name) => {
    const repository = await specs();
    await repository.noticePlan({ text: "other\n", file: "tasks/PLAN.md" });
    await repository.noticePlan({ text: "mine\n", file: name });
    const versions = await readPlanVersions(git, state.controlGit, name);
    expect(versions.map(({ difference }) => difference.split("\n").at(-1))).toEqual(["+mine"]);
  },
);

describe("lessons", () => {
  const learned = (attempt: number) => ({
    attempt,
    model: undefined,
    mess: "acceptance",
    text: `a.test.ts:${attempt}: broken`,
  });
  const record = async (id: string, attempts: number) =>
    (await specs()).recordLessons(
      { trackId: "feature", taskId: id, lessons: Array.from({ length: attempts }, (_, index) => learned(index + 1)) },
      { author: "rebase", reason: `attempt ${attempts}: acceptance failed` },
    );

  test("of each failed attempt are a version of the task, recorded once, with the reason and what was added", async () => {
    await (await specs()).recordBacklog(specOf(backlog(task("T001"), task("T002"))), BY_AGENT);
    const first = await record("T001", 1);
    const second = await record("T001", 2);
    expect(await record("T001", 2)).toBe(second);

    const versions = await versionsOf("T001");
    expect(versions.map(({ id, author, reason }) => [id, author, reason]).slice(1)).toEqual([
      [String(first), "rebase", "attempt 1: acceptance failed"],
      [String(second), "rebase", "attempt 2: acceptance failed"],
    ]);
    expect(versions[2]?.difference).toMatch(/^\+\+\+ b\/lessons\/T001.yaml$/m);
    expect(versions[2]?.difference).toContain('+  lesson: "a.test.ts:2: broken"');
    expect(await versionsOf("T002")).toHaveLength(1);
    expect((await readBacklogVersions(git, state.controlGit, "feature")).map(({ id }) => id)).toContain(String(second));
  });

  test("are no edit of the file that is read next, and are what they were after an edit of another task", async () => {
    const given = backlog(task("T001"), task("T002"));
    await (await specs()).recordBacklog(specOf(given), BY_AGENT);
    const lesson = await record("T001", 1);
    expect(await (await specs()).noticeBacklog(specOf(given, "# a comment\n"))).toBe(String(lesson));
    expect(await latestTaskSpec(git, state.controlGit, "feature", "T001")).toBe(taskSpecText(task("T001")));

    await (await specs()).noticeBacklog(specOf(backlog(task("T001"), task("T002", { title: "Edited" }))));
    expect((await versionsOf("T001")).at(-1)?.id).toBe(String(lesson));
  });

  test("go when the task says something else", async () => {
    await (await specs()).recordBacklog(specOf(backlog(task("T001"))), BY_AGENT);
    await record("T001", 1);
    await (await specs()).noticeBacklog(specOf(backlog(task("T001", { title: "Other" }))));
    expect((await versionsOf("T001")).at(-1)?.difference).toMatch(/^-- attempt: 1$/m);
  });

  test("of a task or a track without versions are not recorded", async () => {
    expect(await record("T001", 1)).toBeUndefined();
    expect(await versionsOf("T001")).toEqual([]);
    await (await specs()).recordBacklog(specOf(backlog(task("T001"))), BY_AGENT);
    expect(await record("T002", 1)).toBeUndefined();
  });

  test("recorded at once for several tasks, while the file is edited, are all kept", async () => {
    const ids = ["T001", "T002", "T003", "T004"];
    await (await specs()).recordBacklog(specOf(backlog(...ids.map((id) => task(id)))), BY_AGENT);
    const edited = backlog(...ids.map((id) => task(id)), task("T005"));
    await Promise.all([...ids.map((id) => record(id, 1)), (await specs()).noticeBacklog(specOf(edited))]);
    const lessons = repositoryAt(state.controlGit).git(
      "ls-tree",
      "--name-only",
      "refs/mac/specs/tracks/feature:lessons",
    );
    expect((await lessons).trim().split("\n")).toEqual(ids.map((id) => `${id}.yaml`));
    expect((await versionsOf("T005")).map(({ author }) => author)).toEqual(["person"]);
  });
});

test("nothing recorded reads as no history, and reading makes nothing", async () => {
  expect(await versionsOf("T001")).toEqual([]);
  await (await specs()).recordBacklog(specOf(backlog(task("T001"))), BY_AGENT);
  expect(await versionsOf("T009")).toEqual([]);
  expect(await readTaskVersions(git, state.controlGit, "other", "T001")).toEqual([]);
});
