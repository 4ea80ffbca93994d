import { describe, expect, test } from "bun:test";
import { chmod, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { ScriptedAgent } from "../../support/scriptedRunner.ts";
import { fails } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, scripted, writesItsWord } from "../../support/track.ts";
import { until } from "../../support/until.ts";

const ONE = [{ id: "T001" }];

/** What fails is not sent back to the session: the attempt has failed. */
const NO_CORRECTIONS = { options: { maxSelfCorrections: 0 } };

describe("a bad attempt is thrown away, and the next one, told why, begins clean", () => {
  const attempts: Record<string, { readonly bad: (agent: ScriptedAgent) => Promise<unknown>; readonly told: string }> =
    {
      "nothing changed": { bad: async () => undefined, told: "nothing was changed" },
      "a file outside the scope": { bad: (agent) => agent.write({ "stray.txt": "x" }), told: "stray.txt" },
      "a symbolic link": {
        bad: async (agent) => {
          await rm(join(agent.directory, fileOf("T001")), { force: true });
          await symlink("/etc/passwd", join(agent.directory, fileOf("T001")));
        },
        told: "symbolic link",
      },
      "attributes of git": { bad: (agent) => agent.write({ ".gitattributes": "* text\n" }), told: ".gitattributes" },
      "configuration of OpenCode": { bad: (agent) => agent.write({ "opencode.json": "{}" }), told: "opencode.json" },
      "a nested repository": {
        bad: (agent) =>
          agent.write({
            "nested/.git/HEAD": "ref: refs/heads/main\n",
            "nested/.git/objects/none": "",
            "nested/.git/refs/none": "",
            "nested/a.txt": "a",
          }),
        told: "nothing was changed",
      },
      "words that verify does not accept": {
        bad: (agent) => agent.write({ [fileOf("T001")]: "No Word\n" }),
        told: "bad words/t001.txt",
      },
      "the agent's directory gone": {
        bad: (agent) => rm(agent.directory, { recursive: true }),
        told: "Attempt 1 failed",
      },
      "the agent's directory replaced by a link": {
        bad: async (agent) => {
          await rm(agent.directory, { recursive: true });
          await mkdir(`${agent.directory}-elsewhere`, { recursive: true });
          await symlink(`${agent.directory}-elsewhere`, agent.directory);
        },
        told: "Attempt 1 failed",
      },
      "folders that deny their owner": {
        bad: async (agent) => {
          await agent.write({ "locked/a.txt": "a" });
          await chmod(join(agent.directory, "locked"), 0o000);
        },
        told: "Attempt 1 failed",
      },
    };

  for (const [name, { bad, told }] of Object.entries(attempts)) {
    test(name, async () => {
      await using track = await makeTrack({ tasks: ONE, files: { "kept.txt": "kept\n" } });
      let second: string[] = [];

      const { report, runner } = await track.implement(async (agent) => {
        if (agent.turn === 1) {
          await bad(agent);
          return undefined;
        }
        second = await agent.files();
        return writesItsWord(agent);
      }, NO_CORRECTIONS);

      expect(report.outcome).toEqual({ done: true });
      expect(runner.tasks).toEqual(["T001", "T001"]);
      expect(second).toEqual(["kept.txt", "tasks/BACKLOG.yaml", "words/first.txt"]);
      const [first, next] = runner.agents;
      expect(next?.prompt).toContain(told);
      expect(next?.prompt).toContain("Attempt 1 failed");
      expect(first?.prompt).not.toContain("earlier attempt");
      expect(await track.repository.git("diff", "--name-only", "main~1", "main")).toBe(fileOf("T001"));
    });
  }
});

test("acceptance that fails: the lesson holds the end of what it printed, and no message is over 3,072 bytes", async () => {
  const loud = 'seq 1 5000; echo "expected a word"; echo "in words"; grep -q word words/t001.txt';
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance: [{ run: loud }], description: "x".repeat(1_500) }],
  });

  const { report, runner } = await track.implement(async (agent) => {
    await agent.write({ [fileOf("T001")]: agent.turn === 1 ? "other\n" : "word\n" });
    return undefined;
  });

  expect(report.outcome).toEqual({ done: true });
  expect(runner.agents[1]?.prompt).toContain("expected a word");
  for (const agent of runner.agents) expect(Buffer.byteLength(agent.prompt)).toBeLessThanOrEqual(3_072);
});

test("a task that fails every attempt takes its dependents along; the others finish; the ending tells each one's fate", async () => {
  await using track = await makeTrack({
    tasks: [
      { id: "T001" },
      { id: "T002", depends_on: ["T001"] },
      { id: "T003", depends_on: ["T002"] },
      { id: "T004" },
      { id: "T005", depends_on: ["T004"] },
    ],
  });
  const base = await track.repository.git("rev-parse", "HEAD");
  const breaks = scripted({ T001: async () => ({ status: "timeout", message: "no answer within 600 s" }) });

  const { report, runner } = await track.implement(breaks, { options: { maxAttempts: 2 } });

  expect(runner.tasks.filter((task) => task === "T001")).toHaveLength(2);
  expect(await track.statuses()).toEqual({
    T001: "failed",
    T002: "skipped",
    T003: "skipped",
    T004: "complete",
    T005: "complete",
  });
  expect(report.outcome).toMatchObject({ done: false, reason: expect.stringContaining("T001") });
  expect(report.text).toMatch(/T001 {2}failed .*no answer within 600 s.*2 attempts/);
  expect(report.text).toMatch(/T002 {2}skipped .*T001/);
  expect(report.text).toMatch(/T005 {2}complete/);
  expect(await track.repository.git("rev-parse", "main")).toBe(base);
  expect(await track.landed(base)).toHaveLength(2);

  const unchanged = await track.implement(writesItsWord);
  expect(unchanged.runner.tasks).toEqual([]);
  expect(unchanged.report.outcome.done).toBe(false);
  expect(await track.statuses()).toMatchObject({ T001: "failed", T002: "skipped", T003: "skipped" });

  await track.setStatus("T001", "pending");
  const again = await track.implement(writesItsWord);
  expect(again.runner.tasks).toEqual(["T001", "T002", "T003"]);
  expect(again.report.outcome).toEqual({ done: true });
  expect(await track.landed(base)).toHaveLength(5);
});

test("a failed task set back to pending while the run is still open is tried again, and nothing landed is repeated", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001" }, { id: "T002" }, { id: "T003", depends_on: ["T002"] }],
  });
  const abort = new AbortController();
  await track.implement(
    scripted({
      T001: async () => undefined,
      T003: async (agent) => {
        abort.abort();
        return agent.hang();
      },
    }),
    { signal: abort.signal, flags: { workers: 1 }, options: { maxAttempts: 1 } },
  );
  expect(await track.statuses()).toEqual({ T001: "failed", T002: "complete", T003: "pending" });
  await track.setStatus("T001", "pending");

  const { report, runner } = await track.implement(writesItsWord);

  expect(runner.tasks.sort()).toEqual(["T001", "T003"]);
  expect(report.outcome).toEqual({ done: true });
});

test("a key that is not accepted stops the whole run at once, says so, and costs no attempt", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }, { id: "T003" }] });
  const refused = fails("authentication", "401 the key was not accepted");
  const script = scripted({ T001: async () => undefined, T002: async () => refused });
  const options = { maxAttempts: 1 };

  const { report, runner } = await track.implement(script, { flags: { workers: 1 }, options });

  expect(runner.tasks).toEqual(["T001", "T002"]);
  expect(report.outcome).toMatchObject({
    done: false,
    reason: expect.stringContaining("401 the key was not accepted"),
  });
  expect(await track.statuses()).toEqual({ T001: "failed", T002: "pending", T003: "pending" });
  const again = await track.implement(writesItsWord, { options });
  expect(again.runner.tasks.sort()).toEqual(["T002", "T003"]);
  expect(await track.statuses()).toEqual({ T001: "failed", T002: "complete", T003: "complete" });
});

test("work that only looks like a conflict, since git takes a folder for a moved one, lands file by file", async () => {
  await using track = await makeTrack({
    tasks: [
      { id: "T001", files: ["old/a.txt", "new/a.txt"] },
      { id: "T002", files: ["old/b.txt"] },
    ],
    files: { "old/a.txt": "one\ntwo\nthree\nfour\n" },
  });

  const { report, runner } = await track.implement(
    scripted({
      T001: async (agent) => {
        await agent.company(2);
        // The whole folder moves, so git takes T002's new file in it for one that ought to move as well.
        await agent.write({ "old/a.txt": null, "new/a.txt": "one\ntwo\nthree\nfour\n" });
        return undefined;
      },
      T002: async (agent) => {
        if (agent.turn === 1) await untilLanded(track, "T001");
        await agent.write({ "old/b.txt": "b\n" });
        return undefined;
      },
    }),
  );

  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks.sort()).toEqual(["T001", "T002"]);
  expect(await track.repository.git("ls-tree", "-r", "--name-only", "mac/words")).toContain("old/b.txt");
});

test("work that passes alone and fails together with what has landed meanwhile does not land", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001" }, { id: "T002" }],
    verify: ["[ $(cat words/t00*.txt 2>/dev/null | grep -c first) -le 1 ] || { echo 'two are first'; exit 1; }"],
  });
  const base = await track.repository.git("rev-parse", "HEAD");

  const { report, runner } = await track.implement(async (agent) => {
    if (agent.turn === 1) await agent.company(2);
    await agent.write({ [fileOf(agent.task)]: agent.turn === 1 ? "first\n" : "second\n" });
    return undefined;
  });

  expect(report.outcome).toEqual({ done: true });
  expect(runner.agents).toHaveLength(3);
  expect(runner.agents[2]?.prompt).toContain("two are first");
  expect(await track.landed(base)).toHaveLength(2);
});

test("without verify, a task's own acceptance decides on the merged tree, in a work tree no agent entered", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance: [{ run: "test -f hidden.log" }] }],
    verify: [],
    files: { ".gitignore": "*.log\n" },
  });
  const base = await track.repository.git("rev-parse", "HEAD");

  const { report } = await track.implement(
    async (agent) => {
      await agent.write({ "hidden.log": "only here", [fileOf("T001")]: "word\n" });
      return undefined;
    },
    { options: { maxAttempts: 1 } },
  );

  expect(report.outcome.done).toBe(false);
  expect(await track.landed(base)).toEqual([]);
  expect(await track.statuses()).toEqual({ T001: "failed" });
});

test("setup that fails ends the run before it begins, with the reason and what to do", async () => {
  await using track = await makeTrack({
    tasks: ONE,
    setup: ["test ! -f fails || { echo no compiler; exit 1; }"],
    verify: [],
  });
  await track.repository.write({ fails: "" });
  await track.repository.commit("Break setup");
  await expect(track.implement(writesItsWord)).rejects.toThrow(/Nothing was started\. setup: .*no compiler.*mend/);
});

test("a machine that breaks under one task brings the others to an end before the command ends", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }] });
  let ended = false;
  const running = track.implement(
    scripted({
      T001: async (agent) => {
        await agent.company(2);
        throw new Error("the disk is gone");
      },
      T002: async (agent) => {
        const ending = await agent.hang();
        ended = true;
        return ending;
      },
    }),
  );
  const message = await running.then(
    () => "",
    (error: Error) => error.message,
  );
  expect(message).toBe("the disk is gone");
  expect(ended).toBe(true);
  expect(await track.heldLocks()).toEqual([]);
  const again = await track.implement(writesItsWord);
  expect(again.report.outcome).toEqual({ done: true });
});

async function untilLanded(track: Awaited<ReturnType<typeof makeTrack>>, task: string): Promise<void> {
  await until(`${task} on the branch`, async () => {
    const subject = await track.repository.git("log", "-1", "--format=%s", "mac/words");
    return subject.startsWith(task);
  });
}
