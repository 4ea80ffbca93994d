import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { type Ending, fails, type Script } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, type TrackOptions, writesItsWord } from "../../support/track.ts";

const ONE_TASK: TrackOptions = { tasks: [{ id: "T001" }] };
const MORE = "words/more.txt";
const HAS_MORE = { checks: [{ run: `test -e ${MORE}` }] };

const answers = (structured: unknown): Ending => ({ status: "success", text: "", structured });

/** Drafts one task for that file, with the id a model would give that does not know the others. */
const draftsFor = (file: string) =>
  answers({
    tasks: [
      {
        id: "T001",
        title: `Write ${file}`,
        description: `Write one word into ${file}.`,
        depends_on: [],
        files: [file],
        acceptance: [`test -e ${file}`],
      },
    ],
  });

const judges = (met: boolean, path: string): Ending =>
  answers({ criteria: [{ criterion: 1, met, evidence: [{ path }], missing: met ? "" : "there is no such word" }] });

/** Workers write their task's file, that of a gap plan `MORE`; others as given. */
function played(others: Partial<Record<"reviewer" | "backlog", Script>>): Script {
  return async (agent) => {
    if (agent.role === "reviewer" || agent.role === "backlog") {
      const script = others[agent.role];
      if (script === undefined) throw new Error(`no ${agent.role} was to be asked`);
      return script(agent);
    }
    if (agent.task === "T001") return writesItsWord(agent);
    await agent.write({ [MORE]: "more\n" });
    return undefined;
  };
}

describe("the goal of a track", () => {
  test("that is met ends the run as complete, on the user's branch", async () => {
    await using track = await makeTrack({ ...ONE_TASK, goal: { checks: [{ run: `test -e ${fileOf("T001")}` }] } });
    const { report } = await track.implement(played({}));
    expect(report.outcome).toEqual({ done: true });
    expect(report.text).toContain("The goal is met.");
    expect(await track.repository.git("rev-parse", "main")).toBe(await track.repository.git("rev-parse", "mac/words"));
  });

  test("is closed by a gap plan: its task is in the file, lands, and the run is complete", async () => {
    await using track = await makeTrack({ ...ONE_TASK, goal: HAS_MORE });
    const { report, runner } = await track.implement(played({ backlog: async () => draftsFor(MORE) }));
    expect(report.outcome).toEqual({ done: true });
    expect(await track.statuses()).toEqual({ T001: "complete", G101: "complete" });
    expect(await track.landed("main~2")).toEqual([`T001: Write ${fileOf("T001")}`, `G101: Write ${MORE}`]);
    const [drafter] = runner.agents.filter((agent) => agent.role === "backlog");
    expect(drafter?.prompt).toContain(fileOf("T001"));
    expect(drafter?.directory).not.toBe(track.repository.path);
  });

  test("that stays unmet ends the run as not done after two gap plans, with the user's branch where it was", async () => {
    await using track = await makeTrack({ ...ONE_TASK, goal: { checks: [{ run: "test -e words/never.txt" }] } });
    const before = await track.repository.git("rev-parse", "main");
    const { report, runner } = await track.implement(async (agent) => {
      if (agent.role === "backlog") return draftsFor(`words/try${agent.turn}.txt`);
      if (agent.task === "T001") return writesItsWord(agent);
      // G101 is the first gap plan's, G201 the second's.
      await agent.write({ [`words/try${agent.task[1]}.txt`]: "word\n" });
      return undefined;
    });
    expect(report.outcome).toMatchObject({ done: false });
    const reason = report.outcome.done ? "" : report.outcome.reason;
    expect(reason).toContain("the goal is not met: 'test -e words/never.txt' failed with exit status 1");
    expect(reason).toContain("2 gap plans were made");
    expect(report.text).toContain("The goal lacks:");
    expect(runner.agents.filter((agent) => agent.role === "backlog")).toHaveLength(2);
    expect(await track.repository.git("rev-parse", "main")).toBe(before);
    expect(Object.values(await track.statuses())).toEqual(["complete", "complete", "complete"]);
  });

  test("a task of a gap plan that fails leaves the run as not done", async () => {
    await using track = await makeTrack({ ...ONE_TASK, goal: HAS_MORE });
    const { report } = await track.implement(
      async (agent) => {
        if (agent.role === "backlog") return draftsFor(MORE);
        return agent.task === "T001" ? writesItsWord(agent) : fails("host", "the host is gone");
      },
      { options: { maxAttempts: 1 } },
    );
    expect(report.outcome).toMatchObject({ done: false });
    expect(report.outcome.done ? "" : report.outcome.reason).toContain("G101");
  });

  test("is looked at again when implement is run again", async () => {
    await using track = await makeTrack({ ...ONE_TASK, goal: { criteria: ["There is a word"] } });
    const options = { maxGapPlans: 0 };
    const refused = await track.implement(played({ reviewer: async () => judges(false, MORE) }), { options });
    expect(refused.report.outcome.done).toBe(false);
    const { report } = await track.implement(played({ reviewer: async () => judges(true, fileOf("T001")) }), {
      options,
    });
    expect(report.outcome).toEqual({ done: true });
  });

  test("is not proven missing by a reviewer that breaks", async () => {
    await using track = await makeTrack({ ...ONE_TASK, goal: { criteria: ["There is a word"] } });
    const { report } = await track.implement(played({ reviewer: async () => fails("provider", "server error") }));
    expect(report.outcome).toEqual({ done: true });
    expect(report.text).toContain("Not checked: There is a word (");
  });

  test("an interrupted gap plan is gone on with: no task is lost, none added twice, no round forgotten", async () => {
    await using track = await makeTrack({ ...ONE_TASK, goal: HAS_MORE });
    const abort = new AbortController();
    const first = await track.implement(
      async (agent) => {
        if (agent.role === "backlog") return draftsFor(MORE);
        if (agent.task === "T001") return writesItsWord(agent);
        abort.abort();
        return agent.hang();
      },
      { signal: abort.signal, options: { maxGapPlans: 1 } },
    );
    expect(first.report.outcome.done).toBe(false);
    expect(await track.statuses()).toEqual({ T001: "complete", G101: "pending" });
    const { report } = await track.implement(played({}), { options: { maxGapPlans: 1 } });
    expect(report.outcome).toEqual({ done: true });
    expect(await track.statuses()).toEqual({ T001: "complete", G101: "complete" });
    expect((await readFile(track.backlogFile, "utf8")).match(/Gap plan/gu)).toHaveLength(1);
    expect((await track.journals()).match(/"tasks_added"/gu)).toHaveLength(1);
  });
});
