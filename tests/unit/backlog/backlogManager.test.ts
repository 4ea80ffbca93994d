import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BacklogManager } from "../../../src/backlog/backlogManager.ts";
import { formatDiagnostics } from "../../../src/backlog/diagnostics.ts";
import { makeTask } from "./fixtures.ts";

const TEXT = `# Ours
version: 1
track_id: a-track
title: A feature
tasks:
  - id: A      # first
    title: One
    description: Do A.
    files: [a.ts]
    status: pending
  - id: B
    title: Two
    description: Do B.
    depends_on: [A]
    files: [b.ts]
  - {id: C, title: Three, description: Do C., files: [c.ts]}
`;

let root: string;
let path: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mac-backlog-"));
  path = join(root, "tasks", "BACKLOG.yaml");
  await mkdir(join(root, "tasks"));
  await writeFile(path, TEXT);
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function load(): Promise<BacklogManager> {
  const loaded = await BacklogManager.load(path, { repositoryRoot: root });
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.failure));
  return loaded.value;
}

const fileText = () => readFile(path, "utf8");
const readyIds = (manager: BacklogManager) => manager.getReadyTasks().map((task) => task.id);

test("ready tasks and counts follow the statuses, and so does the file", async () => {
  const manager = await load();
  expect(readyIds(manager)).toEqual(["A", "C"]);
  expect((await manager.updateTaskStatus("A", "complete")).ok).toBe(true);
  expect(readyIds(manager)).toEqual(["B", "C"]);
  expect(manager.getStats()).toEqual({
    total: 3,
    byStatus: { pending: 2, in_progress: 0, awaiting_input: 0, complete: 1, failed: 0, skipped: 0 },
  });
  expect(manager.backlog.tasks[0]?.status).toBe("complete");
  expect(await fileText()).toBe(TEXT.replace("status: pending", "status: complete"));
  expect(readyIds(await load())).toEqual(["B", "C"]);
});

test("calls at the same time are all carried out", async () => {
  const manager = await load();
  const results = await Promise.all([
    manager.updateTaskStatus("A", "in_progress"),
    manager.updateTaskStatus("C", "failed"),
    manager.updateTaskStatus("A", "complete"),
    manager.updateTaskStatus("B", "skipped"),
  ]);
  expect(results.every((result) => result.ok)).toBe(true);
  const statuses = (await load()).backlog.tasks.map((task) => task.status);
  expect(statuses).toEqual(["complete", "skipped", "failed"]);
});

test("a person's edit in the meantime stays, with our status in it", async () => {
  const manager = await load();
  await manager.updateTaskStatus("A", "in_progress");
  const edited = (await fileText())
    .replace("Do A.", "Do A, but carefully. # really")
    .replace("# Ours", "# Ours\n# and mine");
  await writeFile(path, edited);
  await manager.updateTaskStatus("A", "complete");
  expect(await fileText()).toBe(edited.replace("in_progress", "complete"));
  expect(manager.backlog.tasks[0]?.description).toBe("Do A.");
});

test("a half-finished edit is left alone, and the status follows once it can be read", async () => {
  const manager = await load();
  await writeFile(path, `${TEXT}  - id: [\n`);
  const refused = await manager.updateTaskStatus("A", "complete");
  expect(refused.ok).toBe(false);
  expect(await fileText()).toBe(`${TEXT}  - id: [\n`);
  expect(readyIds(manager)).toEqual(["B", "C"]);
  await writeFile(path, TEXT);
  expect((await manager.save()).ok).toBe(true);
  expect(await fileText()).toBe(TEXT.replace("status: pending", "status: complete"));
});

test("a task a person took out is reported, the others are written", async () => {
  const manager = await load();
  await writeFile(path, TEXT.replace(/ {2}- \{id: C.*\n/u, ""));
  const result = await manager.updateTaskStatus("C", "complete");
  expect(!result.ok && formatDiagnostics(result.failure)).toContain("task C: the task is no longer in the file");
  await manager.updateTaskStatus("A", "failed");
  expect(await fileText()).toContain("status: failed");
});

test("a linked file is replaced where it is, with its permissions", async () => {
  const target = join(root, "elsewhere.yaml");
  await writeFile(target, TEXT);
  await chmod(target, 0o600);
  await rm(path);
  await symlink(target, path);
  await (await load()).updateTaskStatus("A", "complete");
  expect(await readFile(target, "utf8")).toContain("status: complete");
  expect((await stat(target)).mode & 0o777).toBe(0o600);
});

test("nothing to write leaves the file untouched", async () => {
  const before = await stat(path);
  expect((await (await load()).save()).ok).toBe(true);
  expect((await stat(path)).ino).toBe(before.ino);
});

test("a file that is missing or a folder is named as seen from the repository", async () => {
  await rm(path);
  const missing = await BacklogManager.load(path, { repositoryRoot: root });
  expect(!missing.ok && formatDiagnostics(missing.failure)).toStartWith(
    "tasks/BACKLOG.yaml:1:1 there is no such file (make one",
  );
  await mkdir(path);
  const folder = await BacklogManager.load(path, { repositoryRoot: root });
  expect(!folder.ok && formatDiagnostics(folder.failure)).toContain("the file cannot be read: it is a folder");
});

describe("tasks that are added", () => {
  const more = [makeTask({ id: "G101", depends_on: ["B"], files: ["d.ts"] })];

  test("are in the file as they are in the manager, with the statuses of now, under a comment", async () => {
    const manager = await load();
    await manager.updateTaskStatus("A", "complete");
    const added = await manager.addTasks(more, { note: "Gap plan 1." });
    expect(added).toEqual({ ok: true, value: { tasks: more, text: await fileText() } });
    expect(manager.backlog.tasks.map(({ id, status }) => `${id} ${status}`)).toEqual([
      "A complete",
      "B pending",
      "C pending",
      "G101 pending",
    ]);
    expect((await load()).backlog).toEqual(manager.backlog);
    expect(await fileText()).toStartWith(TEXT.replace("status: pending", "status: complete"));
    expect(await fileText()).toContain("  # Gap plan 1.\n  - id: G101\n");
  });

  test("have statuses like any other", async () => {
    const manager = await load();
    await manager.addTasks(more, { note: "n" });
    expect((await manager.updateTaskStatus("G101", "complete")).ok).toBe(true);
    expect((await load()).backlog.tasks.at(-1)?.status).toBe("complete");
  });

  test("a person's edit stays; it is not the manager's before the next load", async () => {
    const manager = await load();
    await writeFile(path, TEXT.replace("Do A.", "Do A, and more.").replace("# Ours", "# Mine"));
    expect((await manager.addTasks(more, { note: "n" })).ok).toBe(true);
    expect(await fileText()).toStartWith("# Mine");
    expect(manager.backlog.tasks.map((task) => task.description)).toContain("Do A.");
    expect((await load()).backlog.tasks.map((task) => task.description)).toContain("Do A, and more.");
  });

  test("are not added to a file they make no backlog with, nor to one that cannot be read", async () => {
    const manager = await load();
    const overlapping = [makeTask({ id: "G101", files: ["a.ts"] })];
    const refused = await manager.addTasks(overlapping, { note: "n" });
    expect(!refused.ok && formatDiagnostics(refused.failure)).toContain("G101 and A could run at once");
    await writeFile(path, `${TEXT}  - id: [\n`);
    expect((await manager.addTasks(more, { note: "n" })).ok).toBe(false);
    expect(await fileText()).toBe(`${TEXT}  - id: [\n`);
    await writeFile(path, "version: 1\n");
    expect((await manager.addTasks(more, { note: "n" })).ok).toBe(false);
    expect(manager.backlog.tasks.map(({ id }) => id)).toEqual(["A", "B", "C"]);
  });

  test("a status that could not be written goes out with them", async () => {
    const manager = await load();
    await writeFile(path, "- broken: [");
    await manager.updateTaskStatus("A", "complete");
    await writeFile(path, TEXT);
    await manager.addTasks(more, { note: "n" });
    expect((await load()).backlog.tasks[0]?.status).toBe("complete");
  });
});
