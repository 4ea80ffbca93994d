import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileOf, makeTrack, scripted, type Track, VERIFY, writesItsWord } from "../../support/track.ts";

const RED = ["test -f never"];

/** Every path below the track's folder with its size and time of change. */
async function everything(track: Track): Promise<string[]> {
  const paths = await readdir(track.folder, { recursive: true });
  const described = paths.map(async (path) => {
    const status = await Bun.file(join(track.folder, path)).stat();
    return `${path} ${status.size} ${status.mtimeMs}`;
  });
  return (await Promise.all(described)).sort();
}

test("--dry_run shows waves, sizes and models, asks nobody, and writes nothing at all", async () => {
  await using track = await makeTrack();
  const before = await everything(track);

  const { report, runner } = await track.implement(writesItsWord, { flags: { dryRun: true } });

  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain("6 tasks to do in 3 waves, the widest of 4 tasks");
  expect(report.text).toMatch(/^ +3 {2}T006 .* \d+ B {2}test\/worker$/m);
  expect(report.text).toContain("test/worker (the session's model): all tasks");
  expect(report.text).toContain("T001 > T002 > T006 (3 tasks");
  expect(runner.tasks).toEqual([]);
  expect(await everything(track)).toEqual(before);
});

test("a red base is refused before anything is made in the repository", async () => {
  await using track = await makeTrack({ verify: [VERIFY, ...RED] });
  const running = track.implement(writesItsWord);
  await expect(running).rejects.toThrow(/base is red.*'test -f never'.*--allow_red_base/s);
  expect(await track.repository.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  expect(await track.repository.git("status", "--porcelain")).toBe("");
  expect(await track.heldLocks()).toEqual([]);
});

test("--allow_red_base goes without the red command, and with the others", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }], verify: [...RED, VERIFY] });
  const { report } = await track.implement(
    scripted({
      T002: async (agent) => {
        await agent.write({ [fileOf("T002")]: "No Word\n" });
        return undefined;
      },
    }),
    { flags: { allowRedBase: true }, options: { maxAttempts: 1 } },
  );
  expect(report.outcome.done).toBe(false);
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "failed" });
});

test("a run begun with --allow_red_base and gone on with without it is refused before an agent is spent on it", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }], verify: RED });
  const abort = new AbortController();
  await track.implement(
    scripted({
      T002: async (agent) => {
        abort.abort();
        return agent.hang();
      },
    }),
    { flags: { allowRedBase: true }, signal: abort.signal },
  );
  await expect(track.implement(writesItsWord)).rejects.toThrow("mac/words is red");
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "pending" });
  const { report, runner } = await track.implement(writesItsWord, { flags: { allowRedBase: true } });
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks).toEqual(["T002"]);
});

test("--only does what it names, is done when that is, and says what else it needs", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }, { id: "T003" }],
  });
  const base = await track.repository.git("rev-parse", "HEAD");

  await expect(track.implement(writesItsWord, { flags: { only: ["T002"] } })).rejects.toThrow("T002 needs T001");
  await expect(track.implement(writesItsWord, { flags: { only: ["T009"] } })).rejects.toThrow("T009");
  const { report, runner } = await track.implement(writesItsWord, { flags: { only: ["T001", "T002"] } });

  expect(runner.tasks).toEqual(["T001", "T002"]);
  expect(report.outcome).toEqual({ done: true });
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "complete", T003: "pending" });
  expect(await track.landed(base)).toHaveLength(2);
  expect(await track.repository.git("rev-parse", "main")).toBe(base);
});

test("a budget of tokens ends the run before the next task; with a higher one it goes on", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }, { id: "T003" }] });
  const workers = { workers: 1 };

  const first = await track.implement(writesItsWord, { flags: workers, options: { budget: { tokens: 150 } } });
  expect(first.runner.tasks).toEqual(["T001", "T002"]);
  expect(first.report.outcome).toMatchObject({ done: false, reason: expect.stringContaining("budget of 150 tokens") });
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "complete", T003: "pending" });

  const same = await track.implement(writesItsWord, { flags: workers, options: { budget: { tokens: 150 } } });
  expect(same.runner.tasks).toEqual([]);
  const raised = await track.implement(writesItsWord, { flags: workers, options: { budget: { tokens: 1_000 } } });
  expect(raised.runner.tasks).toEqual(["T003"]);
  expect(raised.report.outcome).toEqual({ done: true });
});

test("everything complete already: it says so, asks nobody, makes no branch", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", status: "complete" }] });
  const { report, runner } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain("complete already");
  expect(runner.tasks).toEqual([]);
  expect(await track.repository.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
});

test("a finished run that could not move the user's branch is taken by the next implement once it can", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  await track.repository.write({ [fileOf("T001")]: "mine\n" });
  await track.implement(writesItsWord);
  await Bun.file(join(track.repository.path, fileOf("T001"))).delete();

  const { report } = await track.implement(writesItsWord);

  expect(report.text).toContain("main was fast-forwarded");
  expect(await track.repository.git("rev-parse", "main")).toBe(await track.repository.git("rev-parse", "mac/words"));
});

test("a task completed by hand is not done again, and its dependents go on", async () => {
  await using track = await makeTrack({
    tasks: [
      { id: "T001", status: "complete" },
      { id: "T002", depends_on: ["T001"] },
    ],
  });
  const { report, runner } = await track.implement(writesItsWord);
  expect(runner.tasks).toEqual(["T002"]);
  expect(report.outcome).toEqual({ done: true });
});

test("models: a task's own, then its class's list, then the session's", async () => {
  await using track = await makeTrack({
    tasks: [
      { id: "T001", model: "own/model" },
      { id: "T002", complexity: "complex" },
      { id: "T003", complexity: "simple" },
    ],
  });
  const { runner } = await track.implement(writesItsWord, {
    options: { models: { complex: ["gone/model", "big/model"] } },
    models: ["own/model", "big/model"],
  });
  const modelOf = (task: string) => runner.agents.find((agent) => agent.task === task)?.options.model?.providerID;
  expect(["T001", "T002", "T003"].map(modelOf)).toEqual(["own", "big", "test"]);
});

test("a model that is not connected is refused before anything is made", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", model: "gone/model" }] });
  await expect(track.implement(writesItsWord)).rejects.toThrow(/T001.*gone\/model/);
  const others = { models: { documentation: ["gone/other"] } };
  await track.writeBacklog({ tasks: [{ id: "T001" }] });
  await expect(track.implement(writesItsWord, { options: others })).rejects.toThrow(
    /models\.documentation.*gone\/other/,
  );
  expect(await readdir(track.folder)).not.toContain("data");
  expect(await track.repository.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
});

test("a backlog that is not one is refused with the place, and nothing is made", async () => {
  await using track = await makeTrack();
  await track.editBacklog((text) => text.replace("depends_on:", "depends_upon:"));
  await expect(track.implement(writesItsWord)).rejects.toThrow(/tasks\/BACKLOG\.yaml.*depends_upon/s);
  await expect(track.implement(writesItsWord, { flags: { backlogFile: "none.yaml" } })).rejects.toThrow("none.yaml");
  expect(await readdir(track.folder)).not.toContain("data");
});
