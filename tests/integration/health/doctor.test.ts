import { describe, expect, test } from "bun:test";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DoctorDocument, doctorSchema } from "../../../src/commands/doctorDocument.ts";
import type { WholeLoop } from "../../../src/implementation/health/smokeTest.ts";
import { implementUnchecked } from "../../../src/implementation/implementCommand.ts";
import { fails, ScriptedRunner } from "../../support/scriptedRunner.ts";
import { makeTrack, type RunSettings, type Track, VERIFY, writesItsWord } from "../../support/track.ts";

type DoctorMore = Parameters<Track["doctor"]>[2];

const OFF: RunSettings = { options: { sandbox: "off" } };
const ORDER = [
  "git",
  "repository",
  "backlog",
  "runs",
  "setup",
  "verify",
  "models",
  "disk",
  "memory",
  "sandbox",
  "smoke test",
];

/** In which everything lands at once. */
const FAST: WholeLoop = async (_, { directory }) => {
  await writeFile(join(directory, "one.txt"), "one\n");
  await writeFile(join(directory, "two.txt"), "two\n");
  return { text: "", outcome: { done: true } };
};

async function json(track: Track, settings: RunSettings = OFF, more: DoctorMore = {}): Promise<DoctorDocument> {
  const { text } = await track.doctor({ json: true }, settings, { loop: FAST, ...more });
  return doctorSchema.parse(JSON.parse(text));
}

function resultsOf({ checks }: DoctorDocument) {
  return Object.fromEntries(checks.map(({ name, result }) => [name, result]));
}

/** Every path of the user's repository with its size and time of change, git's own included. */
async function everything({ repository }: Track): Promise<string[]> {
  const paths = await readdir(repository.path, { recursive: true });
  const described = paths.map(async (path) => {
    const { size, mtimeMs } = await stat(join(repository.path, path));
    return `${path} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(described)).sort();
}

test("in a repository with a backlog it checks everything but the models, changes nothing there, leaves no lease", async () => {
  await using track = await makeTrack({ setup: ["true"] });
  const before = await everything(track);
  const temporary = join(track.folder, "temporary");
  await mkdir(temporary);
  const settings = { ...OFF, environment: { TMPDIR: temporary } };
  const document = await json(track, settings, { loop: implementUnchecked });

  expect(document).toMatchObject({ version: 1, repository: track.repository.path, backlog: "tasks/BACKLOG.yaml" });
  expect(document.checks.map(({ name }) => name)).toEqual(ORDER);
  const { memory: _memory, disk: _disk, ...results } = resultsOf(document);
  expect(results).toEqual({
    git: "ok",
    repository: "ok",
    backlog: "ok",
    runs: "ok",
    setup: "ok",
    verify: "ok",
    models: "skipped",
    sandbox: "warning",
    "smoke test": "ok",
  });
  expect(document.checks.find(({ name }) => name === "models")?.says).toContain("opencode run doctor");
  expect(await everything(track)).toEqual(before);
  expect(await track.heldLocks()).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
});

test("for people it is a table of plain characters, and what failed is the last line", async () => {
  await using track = await makeTrack({ verify: [VERIFY, "echo all is lost; exit 3"] });
  const { text, outcome } = await track.doctor({}, OFF, { loop: FAST });
  expect(text).toMatch(/^check +result +found$/m);
  expect(text).toMatch(
    /^verify +failed +The base is red before anything was changed: 'echo all is lost; exit 3' failed/m,
  );
  expect(text).toMatch(/^ +-> mend it, or start with --allow_red_base/m);
  expect(text).toMatch(/^[\x20-\x7e\n]+$/);
  expect(outcome).toEqual({ done: false, reason: expect.stringMatching(/^1 check failed: verify: The base is red/) });
});

describe("what is missing is skipped, and the rest is checked", () => {
  test("without a backlog", async () => {
    await using track = await makeTrack();
    await rm(track.backlogFile);
    const document = await json(track);
    expect(document.backlog).toBeNull();
    expect(resultsOf(document)).toMatchObject({
      repository: "ok",
      backlog: "skipped",
      setup: "skipped",
      verify: "skipped",
    });
    expect(resultsOf(document)["smoke test"]).toBe("ok");
    const options = { sandbox: "off", verify: ["test -f words/first.txt"] };
    expect(resultsOf(await json(track, { options })).verify).toBe("ok");
  });

  test("outside of a repository", async () => {
    await using track = await makeTrack();
    const directory = join(track.folder, "home");
    const document = await json(track, { ...OFF, directory });
    expect(document).toMatchObject({ repository: null, backlog: null, result: "warning" });
    expect(resultsOf(document)).toMatchObject({
      git: "ok",
      repository: "skipped",
      verify: "skipped",
      "smoke test": "ok",
    });
  });

  test("without git", async () => {
    await using track = await makeTrack();
    const bin = join(track.folder, "bin");
    await mkdir(bin);
    const document = await json(track, { ...OFF, environment: { PATH: bin } });
    expect(document.checks[0]).toMatchObject({ result: "failed", says: expect.stringContaining("install git") });
    expect(resultsOf(document)).toMatchObject({ repository: "skipped", "smoke test": "skipped" });
  });
});

describe("what is broken is named", () => {
  test("a backlog with an error, or one that was asked for and is not there", async () => {
    await using track = await makeTrack();
    expect((await track.doctor({ backlogFile: "tasks/OTHER.yaml" }, OFF, { loop: FAST })).outcome).toMatchObject({
      reason: expect.stringContaining("tasks/OTHER.yaml"),
    });
    await track.editBacklog((text) => text.replace("depends_on:", "depends:"));
    const document = await json(track);
    expect(resultsOf(document)).toMatchObject({ backlog: "failed", verify: "skipped" });
  });

  test("a setup that fails", async () => {
    await using track = await makeTrack({ setup: ["echo not found; exit 1"] });
    expect(resultsOf(await json(track))).toMatchObject({ setup: "failed", verify: "skipped" });
  });

  test("a repository without a commit, a rebase in progress, work that is not committed", async () => {
    await using track = await makeTrack();
    await track.repository.write({ "words/t001.txt": "draft\n", "notes.txt": "mine\n" });
    await writeFile(join(track.repository.path, ".git", "MERGE_HEAD"), "");
    const [, found] = (await json(track)).checks;
    expect(found?.result).toBe("warning");
    expect(found?.says).toContain("words/t001.txt");
    expect(found?.says).toContain("a merge is in progress");
    expect(found?.says).not.toContain("notes.txt");

    await track.repository.git("update-ref", "-d", "refs/heads/main");
    expect((await json(track)).checks[1]).toMatchObject({
      result: "failed",
      says: expect.stringContaining("no commit"),
    });
  });

  test("a full disk, and a data folder that cannot be written", async () => {
    await using track = await makeTrack();
    const readMachine = async () => ({ cpu: 0, memory: 0.5, diskFree: 100_000_000 });
    expect(resultsOf(await json(track, OFF, { readMachine })).disk).toBe("failed");
    await rm(join(track.folder, "data"), { recursive: true });
    await writeFile(join(track.folder, "data"), "no folder");
    const document = await json(track);
    expect(resultsOf(document)).toMatchObject({ disk: "failed", setup: "failed", verify: "skipped" });
  });
});

describe("inside OpenCode the models are asked", () => {
  test("each that has work or is named, once: a key that is wrong is a failure, a limit a warning", async () => {
    const models = ["a/good", "b/limited", "c/locked"];
    await using track = await makeTrack({
      tasks: [
        { id: "T001", model: "a/good" },
        { id: "T002", model: "b/limited" },
        { id: "T003", model: "a/good" },
      ],
    });
    const asked: string[] = [];
    const runner = new ScriptedRunner(writesItsWord);
    runner.onProbe = ({ model }) => {
      asked.push(`${model?.providerID}/${model?.modelID}`);
      if (model?.providerID === "b") return fails("rate_limited", "too many requests", true);
      if (model?.providerID === "c") return fails("authentication", "the key is not valid");
      return { status: "success", text: "ready" };
    };
    const settings = { models, options: { sandbox: "off", models: { planning: ["c/locked", "d/missing"] } } };
    const host = { runner, models: track.context(runner, settings).models };
    const document = await json(track, settings, { host });
    expect(resultsOf(document)).toMatchObject({
      "model a/good": "ok",
      "model b/limited": "warning",
      "model c/locked": "failed",
      "model d/missing": "warning",
    });
    expect(asked.sort()).toEqual(["a/good", "b/limited", "c/locked"]);
    const locked = document.checks.find(({ name }) => name === "model c/locked");
    expect(locked).toMatchObject({
      says: "the key is not valid",
      mend: expect.stringContaining("opencode auth login"),
    });
  });
});

test("beside a run that is under way it says so, and uses a work tree of its own", async () => {
  await using track = await makeTrack();
  let document: DoctorDocument | undefined;
  await track.implement(async (agent) => {
    document ??= await json(track);
    return writesItsWord(agent);
  }, OFF);
  expect(document && resultsOf(document)).toMatchObject({ setup: "skipped", verify: "ok" });
  expect(document?.checks.find(({ name }) => name === "runs")?.says).toBe(
    `words is under way in process ${process.pid}`,
  );
});
