import { expect, test } from "bun:test";
import { access, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fails } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, scripted, writesItsWord } from "../../support/track.ts";
import { until } from "../../support/until.ts";

const CHAIN = [
  { id: "T001" },
  { id: "T002", depends_on: ["T001"] },
  { id: "T003", depends_on: ["T001"] },
  { id: "T004", depends_on: ["T002", "T003"] },
];

test("aborted while agents work: back within 5 s, nothing held, the partial work kept, and the next run goes on", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const { repository } = track;
  const base = await repository.git("rev-parse", "HEAD");
  const abort = new AbortController();
  let abortedAt = 0;

  const { report } = await track.implement(
    scripted({
      T002: async (agent) => {
        await agent.write({ [fileOf("T002")]: "half" });
        await agent.company(2);
        abortedAt = performance.now();
        abort.abort();
        return agent.hang();
      },
      T003: (agent) => agent.hang(),
    }),
    { signal: abort.signal },
  );

  expect(performance.now() - abortedAt).toBeLessThan(5_000);
  expect(report.outcome).toMatchObject({ done: false, reason: expect.stringContaining("Run implement again") });
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "pending", T003: "pending", T004: "pending" });
  expect(await track.heldLocks()).toEqual([]);
  const control = await track.control();
  const [archived = ""] = (await control.git("for-each-ref", "--format=%(refname)", "refs/mac/attempts")).split("\n");
  expect(archived).toMatch(/^refs\/mac\/attempts\/[^/]+\/T002\/1$/);
  expect(await control.git("show", `${archived}:${fileOf("T002")}`)).toBe("half");

  const again = await track.implement(writesItsWord);

  expect(again.report.outcome).toEqual({ done: true });
  expect(again.runner.tasks.sort()).toEqual(["T002", "T003", "T004"]);
  expect(await track.landed(base)).toHaveLength(4);
  expect(await repository.git("rev-parse", "main")).toBe(await repository.git("rev-parse", "mac/words"));
});

test("aborted while a command of verify runs: back within 5 s, nothing landed that was not proven", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001" }],
    verify: ['test ! -f words/t001.txt || { echo $$ > "$HOME/verifying"; sleep 60 & wait; }'],
  });
  const { repository } = track;
  const base = await repository.git("rev-parse", "HEAD");
  const abort = new AbortController();
  const marker = join(track.folder, "home/verifying");
  // In a sandbox it could not tell where we look that it is at work.
  const running = track.implement(writesItsWord, { signal: abort.signal, options: { sandbox: "off" } });
  await until(
    "verify at work",
    async () =>
      (await Bun.file(marker)
        .text()
        .catch(() => "")) !== "",
  );
  const abortedAt = performance.now();
  abort.abort();
  const { report } = await running;

  expect(performance.now() - abortedAt).toBeLessThan(5_000);
  expect(report.outcome.done).toBe(false);
  expect(await track.landed(base)).toEqual([]);
  expect(await track.statuses()).toEqual({ T001: "pending" });
  expect(await track.heldLocks()).toEqual([]);
  const verifying = Number(await readFile(marker, "utf8"));
  expect(() => process.kill(verifying, 0)).toThrow();
});

test("aborted while it waits, and says so, to ask a provider again: an interruption like any other", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }] });
  const abort = new AbortController();
  const { report } = await track.implement(
    scripted({
      T001: async (agent) => {
        await agent.write({ [fileOf("T001")]: "half" });
        return fails("rate_limited", "too many requests", true);
      },
      T002: (agent) => agent.hang(),
    }),
    { signal: abort.signal, onProgress: (line) => line.includes("(too many requests); trying again") && abort.abort() },
  );
  expect(report.outcome).toMatchObject({ done: false, reason: expect.stringContaining("Interrupted") });
  expect(await track.statuses()).toEqual({ T001: "pending", T002: "pending" });
  expect(await track.heldLocks()).toEqual([]);
  const again = await track.implement(writesItsWord);
  expect(again.report.outcome.done).toBe(true);
});

test("aborted when an attempt has just failed: no further attempt begins", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const abort = new AbortController();
  const { runner, report } = await track.implement(
    async (agent) => {
      await agent.write({ [fileOf("T001")]: "BAD 1\n" });
      return undefined;
    },
    {
      signal: abort.signal,
      options: { maxAttempts: 3 },
      onProgress: (line) => line.includes("warning: T001 attempt 1") && abort.abort(),
    },
  );
  expect(runner.tasks).toEqual(["T001"]);
  expect(report.outcome).toMatchObject({ done: false, reason: expect.stringContaining("Interrupted") });
  expect(await track.statuses()).toEqual({ T001: "pending" });
});

test("aborted before the first task: nothing was started, and the next run does everything", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const stopped = track.implement(writesItsWord, { signal: AbortSignal.abort() });
  expect(stopped).rejects.toThrow("Interrupted");
  await stopped.catch(() => undefined);
  expect(await track.heldLocks()).toEqual([]);
  const { report, runner } = await track.implement(writesItsWord);
  expect(report.outcome.done).toBe(true);
  expect(runner.tasks).toEqual(["T001"]);
});

test("a backlog edited between interruption and resume: what landed stays, the rest is done as the file now says", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const base = await track.repository.git("rev-parse", "HEAD");
  await interruptAfterFirst(track);
  await track.editBacklog((text) =>
    text.replace(
      /$/,
      "  - id: T005\n    title: Write words/t005.txt\n    description: More\n    depends_on: [T001]\n    files: [words/t005.txt]\n",
    ),
  );

  const { report, runner } = await track.implement(writesItsWord);

  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks.sort()).toEqual(["T002", "T003", "T004", "T005"]);
  expect(await track.landed(base)).toHaveLength(5);
});

test("a task completed by hand between interruption and resume is left alone, and counts for its dependents", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await interruptAfterFirst(track);
  await track.setStatus("T002", "complete");

  const { report, runner } = await track.implement(writesItsWord);

  expect(runner.tasks.sort()).toEqual(["T003", "T004"]);
  expect(report.outcome).toEqual({ done: true });
  expect(await track.statuses()).toMatchObject({ T002: "complete" });
});

test("--only on an interrupted run does what it names and nothing else", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await interruptAfterFirst(track);

  const only = await track.implement(writesItsWord, { flags: { only: ["T003"] } });

  expect(only.runner.tasks).toEqual(["T003"]);
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "pending", T003: "complete", T004: "pending" });
  expect(only.report.outcome).toEqual({ done: true });
  const rest = await track.implement(writesItsWord);
  expect(rest.runner.tasks.sort()).toEqual(["T002", "T004"]);
  expect(rest.report.outcome).toEqual({ done: true });
});

test("the track's branch deleted between interruption and resume: what landed is brought back", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const base = await track.repository.git("rev-parse", "HEAD");
  await interruptAfterFirst(track);
  await track.repository.git("branch", "-D", "mac/words");

  const { report, runner } = await track.implement(writesItsWord);

  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks.sort()).toEqual(["T002", "T003", "T004"]);
  expect(await track.landed(base)).toHaveLength(4);
});

test("the user commits on their branch between interruption and resume: the work goes on, and is not forced on them", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const { repository } = track;
  await interruptAfterFirst(track);
  await repository.write({ "mine.txt": "mine\n" });
  await repository.git("add", "mine.txt");
  await repository.git("commit", "--quiet", "--message", "Mine");
  const mine = await repository.git("rev-parse", "main");

  const { report } = await track.implement(writesItsWord);

  expect(report.outcome.done).toBe(true);
  expect(report.text).toContain("git merge mac/words");
  expect(await repository.git("rev-parse", "main")).toBe(mine);
  await repository.git("merge", "--quiet", "mac/words");
  expect(await readFile(join(repository.path, fileOf("T004")), "utf8")).toBe("word\n");
});

async function interruptAfterFirst(track: Awaited<ReturnType<typeof makeTrack>>): Promise<void> {
  const abort = new AbortController();
  const stops = scripted({
    T002: async (agent) => {
      abort.abort();
      return agent.hang();
    },
    T003: (agent) => agent.hang(),
  });
  const { report } = await track.implement(stops, { signal: abort.signal });
  expect(report.outcome.done).toBe(false);
  expect(await track.statuses()).toMatchObject({ T001: "complete", T002: "pending" });
}

test("interrupted while work lands that a person has approved: it lands in the next run, and nobody is asked again", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const [slow, verifying] = [join(track.folder, "slow"), join(track.folder, "verifying")];
  // Marks outside of the work tree: no sandbox.
  const options = { approvals: { paths: ["words/*"] }, sandbox: "off" };
  const verify = `test ! -f words/t001.txt || test ! -e ${slow} || { touch ${verifying}; sleep 60; }`;
  await track.writeBacklog({ tasks: [{ id: "T001" }], verify: [verify] });
  await track.repository.git("commit", "--quiet", "--all", "--message", "Verify");
  const { report } = await track.implement(writesItsWord, { options });
  const checkpoint = report.outcome.done ? undefined : /--checkpoint=(\S+)/.exec(report.outcome.reason)?.[1];
  await track.answer({ checkpoint, input: "approve" });
  await writeFile(slow, "");
  const abort = new AbortController();
  const landing = track.implement(writesItsWord, { options, signal: abort.signal });
  await until("verify", () =>
    access(verifying).then(
      () => true,
      () => false,
    ),
  );
  abort.abort();
  expect((await landing).report.outcome.done).toBe(false);
  await rm(slow);

  const next = await track.implement(writesItsWord, { options });
  expect(next.report.outcome).toEqual({ done: true });
  expect(next.runner.tasks).toEqual([]);
});
