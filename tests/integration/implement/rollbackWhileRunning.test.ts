import { expect, test } from "bun:test";
import { checkpointRollbackCommand } from "../../../src/commands/checkpointRollback.ts";
import { ScriptedRunner } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";
import { until } from "../../support/until.ts";

const TASKS = [
  { id: "T001" },
  { id: "T002", depends_on: ["T001"] },
  { id: "T003" },
  { id: "T004", depends_on: ["T002"] },
];

const words = async (track: Track, branch = "mac/words") =>
  (await track.repository.git("ls-tree", "-r", "--name-only", branch, "words/")).split("\n");

const hasLanded = (track: Track, task: string) =>
  until(`${task} on the branch`, async () => (await words(track)).includes(fileOf(task)));

/** What became of a `rollback` that was asked for while an agent works, in words. */
function asked(track: Track, flags: { readonly task?: string; readonly to?: string }) {
  return track.rollback(flags).then(
    ({ text }) => text,
    (error: Error) => `refused: ${error.message}`,
  );
}

function goneBack(track: Track, checkpoint: string) {
  const context = track.context(new ScriptedRunner(writesItsWord), {});
  return checkpointRollbackCommand({ checkpoint, mode: "full" }, context).then(
    ({ text }) => text,
    (error: Error) => `refused: ${error.message}`,
  );
}

test("a rollback asked for while a run goes on is done by that run, which leaves what was undone alone and finishes the rest", async () => {
  await using track = await makeTrack({ tasks: TASKS.slice(0, 3) });
  let said: Promise<string> = Promise.resolve("");
  const left: boolean[] = [];

  const { report, runner } = await track.implement(
    scripted({
      T003: async (agent) => {
        left.push((await agent.files()).includes(fileOf("T003")));
        await writesItsWord(agent);
        if (agent.turn > 1) return undefined;
        await hasLanded(track, "T002");
        said = asked(track, { task: "T001" });
        return agent.hang();
      },
    }),
    { flags: { workers: 2 } },
  );

  expect(await said).toContain("Undone on mac/words");
  expect(await said).toContain("T002, T001, pending again.");
  // The first two begin at the same moment.
  expect(runner.tasks.slice(0, 2).sort()).toEqual(["T001", "T003"]);
  expect(runner.tasks.slice(2)).toEqual(["T002", "T003"]);
  // It began before T001 landed: what it had is where it goes on.
  expect(left).toEqual([false, true]);
  expect(report.outcome).toEqual({
    done: false,
    reason: "Not done: T001, T002. Taken back: T001, T002; run implement again to do that anew.",
  });
  expect(await track.statuses()).toEqual({ T001: "pending", T002: "pending", T003: "complete" });
  expect(await words(track)).toEqual(["words/first.txt", fileOf("T003")]);

  const again = await track.implement(writesItsWord);
  expect(again.report.outcome).toEqual({ done: true });
  expect(again.runner.tasks).toEqual(["T001", "T002"]);
});

test("what an earlier run landed is taken back too, and an attempt that was built on it begins anew", async () => {
  await using track = await makeTrack({ tasks: TASKS });
  await track.implement(writesItsWord, { flags: { only: ["T001", "T002"] } });
  let said: Promise<string> = Promise.resolve("");
  const left: boolean[] = [];

  const { report } = await track.implement(
    scripted({
      T003: async (agent) => {
        left.push((await agent.files()).includes(fileOf("T003")));
        await writesItsWord(agent);
        if (agent.turn === 1) {
          said = asked(track, { to: "T001" });
          return agent.hang();
        }
        return undefined;
      },
      T004: (agent) => agent.hang(),
    }),
    { flags: { workers: 2 } },
  );

  expect(await said).toContain("Undone: T002, pending again.");
  expect(left).toEqual([false, false]);
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "pending", T003: "complete", T004: "pending" });
  expect(report.outcome).toMatchObject({ done: false, reason: expect.stringContaining("Taken back: T002") });
});

test("a rollback that is refused, or that finds everything as it is wanted, is told so without stopping anybody", async () => {
  await using track = await makeTrack({ tasks: TASKS.slice(0, 3) });
  let said: readonly string[] = [];
  const { report, runner } = await track.implement(
    scripted({
      T003: async (agent) => {
        await hasLanded(track, "T002");
        said = await Promise.all([
          asked(track, { task: "T003" }),
          asked(track, { to: "T002" }),
          goneBack(track, "abcdef-T003-1-c9"),
        ]);
        return writesItsWord(agent);
      },
    }),
    { flags: { workers: 2 } },
  );
  expect(said[0]).toContain("refused: Nothing of T003 is on mac/words: it has not landed");
  expect(said[1]).toBe("mac/words is that already: nothing was changed.");
  expect(said[2]).toContain("refused: No checkpoint 'abcdef-T003-1-c9' is known");
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks.toSorted()).toEqual(["T001", "T002", "T003"]);
});

test("an answer that nobody could go on with, since what its task builds on was taken back, is not lost with the run", async () => {
  await using track = await makeTrack({ tasks: TASKS.slice(0, 3) });
  let said: Promise<string> = Promise.resolve("");
  const isRecorded = (type: string) => until(type, async () => (await track.journals()).includes(`"${type}"`));

  const { report } = await track.implement(
    scripted({
      T002: async (agent) => {
        await agent.options.supervisor?.askPerson({ message: "UTC or local time?", options: [] });
        return agent.hang();
      },
      T003: async (agent) => {
        await isRecorded("question_asked");
        if (agent.turn === 1) {
          said = asked(track, { task: "T001" });
          return agent.hang();
        }
        const [checkpoint] = /\w{6}-T002-1/.exec(await track.journals()) ?? [];
        await track.answer({ checkpoint, input: "UTC" });
        await isRecorded("answer_given");
        return writesItsWord(agent);
      },
    }),
    { flags: { workers: 2 } },
  );
  expect(await said).toContain("T001, pending again.");
  expect(report.outcome.done).toBe(false);

  const again = await track.implement(writesItsWord);
  expect(again.report.outcome).toEqual({ done: true });
  expect(again.runner.tasks).toEqual(["T001", "T002"]);
  expect(again.runner.agents.at(-1)?.options.resumeData?.userInput).toBe("UTC");
});
