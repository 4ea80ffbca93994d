import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ScriptedAgent } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, scripted, type TaskSketch, type Track, writesItsWord } from "../../support/track.ts";

/** Fails with file, line and message unless the task's file says so. */
const checked = (id: string, word: string): TaskSketch => ({
  id,
  acceptance: [{ run: `grep -qx ${word} ${fileOf(id)} || { echo "${fileOf(id)}:1: expected ${word}"; exit 1; }` }],
});
const write = (agent: ScriptedAgent, word: string) => agent.write({ [fileOf(agent.task)]: `${word}\n` });

test("what fails goes back to the same session, with what the command printed, and costs no attempt", async () => {
  await using track = await makeTrack({ tasks: [checked("T001", "four")] });
  const { report, runner } = await track.implement(async (agent) => {
    await write(agent, agent.corrections.length === 0 ? "five" : "four");
    return undefined;
  });
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks).toEqual(["T001"]);
  expect(runner.agents[0]?.corrections).toHaveLength(1);
  expect(runner.agents[0]?.corrections[0]).toContain("words/t001.txt:1: expected four");
  expect(report.text).toContain("All of them proven.");
});

test("after two corrections the attempt has failed; the next one is told the assertion with its file and line", async () => {
  await using track = await makeTrack({ tasks: [checked("T001", "four")] });
  const { report, runner } = await track.implement(async (agent) => {
    const learned = agent.prompt.split("<lessons>")[1] ?? "";
    const isTold = learned.includes("t001.txt:1") && learned.includes("expected four");
    await write(agent, isTold ? "four" : "five");
    return undefined;
  });
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks).toEqual(["T001", "T001"]);
  expect(runner.agents[0]?.corrections).toHaveLength(2);
  expect(Buffer.byteLength(runner.agents[1]?.prompt ?? "")).toBeLessThanOrEqual(3_072);
  const lessons = await track.status({ task: "T001", history: true });
  expect(lessons.text).toContain("expected four");
});

test("a task that fails for ever leaves a page with all its attempts; independent tasks land", async () => {
  await using track = await makeTrack({
    tasks: [checked("T001", "four"), { id: "T002" }, { id: "T003", depends_on: ["T001"] }],
  });
  const { report, progress } = await track.implement(
    scripted({ T001: async (agent) => void (await write(agent, "five")) }),
    { options: { maxSelfCorrections: 0 } },
  );
  expect(report.outcome.done).toBe(false);
  expect(await track.statuses()).toEqual({ T001: "failed", T002: "complete", T003: "skipped" });
  const page = await readFile(/all about it: (\S+)/.exec(progress)?.[1] ?? "", "utf8");
  expect(page.split("\n").length).toBeLessThanOrEqual(61);
  for (const part of ["3.", "expected four", "git --git-dir=", "set the status of T001 to pending"])
    expect(page).toContain(part);
});

test("work whose acceptance passes without it lands as unproven, and is counted", async () => {
  const always = { id: "T001", acceptance: [{ run: "test -d words" }] };
  await using track = await makeTrack({ tasks: [always, checked("T002", "word")] });
  const { report } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain("1 proven, 1 unproven: T001 (acceptance passes before the work)");
});

test("tests that are there but fail to depend on the code leave a task unproven", async () => {
  const run = "test -f words/t001.txt && sh words/t001.test.sh";
  const tasks = [
    { id: "T001", files: ["words/t001.txt", "words/t001.test.sh"], acceptance: [{ run: "sh words/t001.test.sh" }] },
  ];
  await using track = await makeTrack({ tasks, verify: [] });
  const { report } = await track.implement(async (agent) => {
    await agent.write({ "words/t001.txt": "word\n", "words/t001.test.sh": "exit 0\n" });
    return undefined;
  });
  expect(run).toBeTruthy();
  expect(report.text).toContain("unproven: T001");
});

test("a command that fails once and passes again is marked as flaky, and its work lands", async () => {
  const acceptance = [{ run: "test -f .again || { touch .again; exit 1; }" }];
  await using track = await makeTrack({ tasks: [{ id: "T001", acceptance }], files: { ".gitignore": ".again\n" } });
  const { report } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain("Flaky, passed when run again: T001");
});

test("a key in what an agent wrote is named by file and kind, never by value, and does not land", async () => {
  const key = `ghp_${"a1B2c3D4e5F6a7B8c9D0".repeat(2).slice(0, 36)}`;
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const { report, runner } = await track.implement(async (agent) => {
    await write(agent, agent.corrections.length === 0 ? `key ${key} # secretlint-disable-line` : "word");
    return undefined;
  });
  expect(report.outcome).toEqual({ done: true });
  expect(runner.agents[0]?.corrections[0]).toContain("words/t001.txt:1 (a GitHub token)");
  expect(JSON.stringify([runner.agents[0]?.corrections, report.text, await track.journals()])).not.toContain(key);
});

const TESTED = {
  "sum.js": "module.exports = (a, b) => a + b;\n",
  "sum.test.js":
    'test("adds", () => expect(sum(1, 2)).toBe(3));\ntest("adds zero", () => expect(sum(1, 0)).toBe(1));\n',
};
const SUM: TaskSketch = {
  id: "T001",
  files: ["sum.js", "sum.test.js"],
  acceptance: [{ run: "grep -q changed sum.js" }],
};
const weakens = async (agent: ScriptedAgent) => {
  await agent.write({ "sum.js": "// changed\n", "sum.test.js": 'test("adds", () => expect(sum(1, 2)).toBe(3));\n' });
  return undefined;
};

async function answer(track: Track, input: string) {
  const checkpoint = /--checkpoint=(\S+)/.exec(await lastReason(track))?.[1];
  return track.answer({ checkpoint, input });
}
const reasons = new WeakMap<Track, string>();
const lastReason = async (track: Track) => reasons.get(track) ?? "";

async function runUntilAsked(track: Track, script = scripted({ T001: weakens })) {
  const { report, runner } = await track.implement(script);
  reasons.set(track, report.outcome.done ? "" : report.outcome.reason);
  return { report, runner };
}

test("fewer tests wait for a person, the rest goes on, and what is approved lands without another agent", async () => {
  await using track = await makeTrack({
    tasks: [SUM, { id: "T002" }, { id: "T003", depends_on: ["T001"] }],
    files: TESTED,
  });
  const { report } = await runUntilAsked(track);
  expect(report.outcome).toMatchObject({
    done: false,
    reason: expect.stringMatching(/T001 waits for you.*sum\.test\.js.*answer/),
  });
  expect(await track.statuses()).toEqual({ T001: "awaiting_input", T002: "complete", T003: "pending" });

  expect((await answer(track, "approve")).text).toContain("T001 may land");
  const again = await track.implement(writesItsWord);
  expect(again.report.outcome).toEqual({ done: true });
  expect(again.runner.tasks).toEqual(["T003"]);
  expect(await track.repository.git("show", "mac/words:sum.js")).toContain("changed");
});

test("what is sent back is done again, and the agent is told why", async () => {
  await using track = await makeTrack({ tasks: [SUM], files: TESTED });
  await runUntilAsked(track);
  await answer(track, "keep the test of zero");
  const again = await track.implement(async (agent) => {
    await agent.write({ "sum.js": "// changed\n" });
    return undefined;
  });
  expect(again.report.outcome).toEqual({ done: true });
  expect(again.runner.agents[0]?.prompt).toContain("keep the test of zero");
});

test("status shows the question and how to answer; who answers twice means what was said last", async () => {
  await using track = await makeTrack({ tasks: [SUM], files: TESTED });
  await runUntilAsked(track);
  expect((await track.status()).text).toMatch(/sum\.test\.js: 1 test fewer.*--checkpoint=\S+-T001-1 --input=approve/);
  await answer(track, "approve");
  await answer(track, "no, keep the test of zero");
  const again = await track.implement(async (agent) => {
    await agent.write({ "sum.js": "// changed\n" });
    return undefined;
  });
  expect(again.runner.tasks).toEqual(["T001"]);
  expect(again.runner.agents[0]?.prompt).toContain("keep the test of zero");
});

test("a budget that is used up ends a task's attempts too", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const { report, runner } = await track.implement(async () => undefined, {
    options: { budget: { tokens: 50 }, maxSelfCorrections: 0 },
  });
  expect(runner.tasks).toEqual(["T001"]);
  expect(report.outcome).toMatchObject({
    done: false,
    reason: expect.stringContaining("the budget of 50 tokens is used up"),
  });
});

test("an answer to nothing is refused with what waits; one without words shows the question", async () => {
  await using track = await makeTrack({ tasks: [SUM], files: TESTED });
  await runUntilAsked(track);
  await expect(track.answer({ checkpoint: "nope", input: "approve" })).rejects.toThrow(
    /'nope'; what waits: \S+-T001-1/,
  );
  const shown = await answer(track, " ");
  expect(shown.text).toMatch(/^T001 asks:\nmay it land\?[^\n]*\n {2}sum\.test\.js: 1 test fewer/);
  expect(shown.outcome).toMatchObject({ done: false, reason: expect.stringContaining("--input is missing") });
});

test("an answer given while the run goes on is taken up by it", async () => {
  await using track = await makeTrack({ tasks: [SUM, { id: "T002" }], files: TESTED });
  const { report } = await track.implement(
    scripted({
      T001: weakens,
      T002: async (agent) => {
        await answerWhenAsked(track);
        return writesItsWord(agent);
      },
    }),
  );
  expect(report.outcome).toEqual({ done: true });
  expect((await track.statuses()).T001).toBe("complete");
});

/** Approves the first question the journal asks. */
async function answerWhenAsked(track: Track): Promise<void> {
  for (;;) {
    const checkpoint = /"checkpoint":"([^"]+)"/.exec(await track.journals())?.[1];
    if (checkpoint !== undefined) {
      await track.answer({ checkpoint, input: "approve" });
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a granted path may be written and lands; one of another task is refused, by its owner's name", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }] });
  const heard: (string | undefined)[] = [];
  const { report } = await track.implement(
    scripted({
      T001: async (agent) => {
        heard.push(await agent.edit("extra.txt", "x"));
        heard.push(await agent.options.supervisor?.amendScope({ paths: [fileOf("T002")], reason: "why not" }));
        heard.push(await agent.options.supervisor?.amendScope({ paths: ["extra.txt"], reason: "it is needed" }));
        heard.push(await agent.edit("extra.txt", "x\n"));
        return writesItsWord(agent);
      },
    }),
  );
  expect(report.outcome).toEqual({ done: true });
  expect(heard[0]).toContain("Refused: extra.txt");
  expect(heard[1]).toContain("belongs to T002");
  expect(heard[2]).toContain("Granted");
  expect(heard[3]).toBeUndefined();
  expect(await track.repository.git("ls-tree", "--name-only", "mac/words")).toContain("extra.txt");
});

test("an agent that keeps on writing outside its scope is stopped, saved, and replaced by a better told one", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }] });
  const { report, runner, progress } = await track.implement(
    scripted({
      T001: async (agent) => {
        if (agent.turn > 1) return writesItsWord(agent);
        await agent.edit(fileOf("T001"), "half\n");
        for (let index = 0; index < 60 && !agent.options.signal.aborted; index++) {
          await agent.edit(`elsewhere/${index % 3}.txt`, "stray");
          await new Promise((resolve) => setImmediate(resolve));
        }
        return undefined;
      },
    }),
  );
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks.filter((id) => id === "T001")).toHaveLength(2);
  expect(progress).toMatch(/T001 has left its task and is stopped/);
  expect(runner.agents.filter(({ task }) => task === "T001")[1]?.prompt).toContain(
    "Attempt 1 failed: the agent left its task",
  );
  const control = await track.control();
  expect(await control.git("for-each-ref", "--format=%(refname)", "refs/mac/checkpoints", "refs/mac/attempts")).toMatch(
    /T001\/1/,
  );
});

test("a notice is a structured message to the agent, and an agent that heeds it goes on", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const { report, runner } = await track.implement(async (agent) => {
    for (let index = 0; index < 12 && agent.messages.length === 0; index++) {
      await agent.use("read", { does: "read", paths: ["words/first.txt"] });
    }
    const notice = JSON.parse(agent.messages[0] ?? "{}");
    expect(await agent.options.supervisor?.acknowledge(notice.notice?.id)).toContain("Noted");
    await agent.edit(fileOf("T001"), "word\n");
    return undefined;
  });
  expect(report.outcome).toEqual({ done: true });
  expect(runner.agents).toHaveLength(1);
  expect(await track.journals()).toContain('"message_acknowledged"');
});

test("nothing of all that is left in the state folder's way: no lock, no lease", async () => {
  await using track = await makeTrack({ tasks: [checked("T001", "word")] });
  await track.implement(writesItsWord);
  expect(await track.heldLocks()).toEqual([]);
  expect(await readdir(join((await track.state()).root))).toContain("control.git");
});
