import { expect, test } from "bun:test";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";
import { until } from "../../support/until.ts";

const QUESTION = { message: "Which word?", options: ["the old", "the new"] };

const checkpointIn = (text: string) => /--checkpoint=(\S+)/.exec(text)?.[1] ?? "";

/** Asks once, and is done with the answer. */
const asks = scripted({
  T001: async (agent) => {
    if (agent.options.resumeData !== undefined) return writesItsWord(agent);
    await agent.options.supervisor?.askPerson(QUESTION);
    return agent.hang();
  },
});

test("a question waits over restarts without costing anything, until it is answered", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }] });
  const asking = scripted({
    T001: async (agent) => {
      await agent.write({ [fileOf("T001")]: "half\n" });
      await agent.options.supervisor?.askPerson(QUESTION);
      return undefined;
    },
  });
  const first = await track.implement(asking);
  expect(await track.statuses()).toEqual({ T001: "awaiting_input", T002: "complete" });

  const second = await track.implement(writesItsWord);
  const third = await track.implement(writesItsWord);

  expect([...second.runner.tasks, ...third.runner.tasks]).toEqual([]);
  expect(third.report.outcome).toEqual(first.report.outcome);
  expect(third.report.questions).toMatchObject([{ task: "T001", text: QUESTION.message }]);
  const checkpoint = checkpointIn(JSON.stringify(third.report.outcome));
  await track.answer({ checkpoint, input: "the new" });
  const fourth = await track.implement(writesItsWord);
  expect(fourth.runner.agents.map(({ options }) => options.resumeData)).toEqual([
    { checkpointId: checkpoint, userInput: "the new" },
  ]);
  expect(fourth.report).toMatchObject({ outcome: { done: true }, questions: [] });
});

test("an answer with a key in it is refused before anything is written, and the question still waits", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const checkpoint = checkpointIn(JSON.stringify((await track.implement(asks)).report.outcome));
  const before = await track.journals();
  const key = `ghp_${"a1B2c3D4e5F6a7B8c9D0".repeat(2).slice(0, 36)}`;

  await expect(track.answer({ checkpoint, input: `use ${key}` })).rejects.toThrow(
    /^--input: what looks like a GitHub token.*Nothing was written; T001 still waits\.$/,
  );

  const { runner } = await track.implement(asks);
  expect(runner.tasks).toEqual([]);
  expect(await track.journals()).not.toContain(key);
  expect((await track.journals()).startsWith(before)).toBe(true);
  expect((await track.answer({ checkpoint, input: "read it from TOKEN" })).outcome).toEqual({ done: true });
});

test("of several answers with no run at work the last counts, and says so", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const checkpoint = checkpointIn(JSON.stringify((await track.implement(asks)).report.outcome));
  expect((await track.answer({ checkpoint, input: "the old" })).text).toBe(
    "T001 goes on with your answer. Run implement to go on.",
  );
  expect((await track.answer({ checkpoint, input: "the new" })).text).toBe(
    "T001 goes on with your answer, in place of what was answered before. Run implement to go on.",
  );
  const { report, runner } = await track.implement(asks);
  expect(report.outcome).toEqual({ done: true });
  expect(runner.agents.map(({ options }) => options.resumeData?.userInput)).toEqual(["the new"]);
});

test("of two answers while a run goes on one is taken, and the other is told that it was not", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }] });
  let said: readonly string[] = [];
  const { report, runner } = await track.implement(
    scripted({
      T001: (agent) => asks(agent),
      T002: async (agent) => {
        await until("the question", async () => (await track.journals()).includes('"question_asked"'));
        const checkpoint = /\w{6}-T001-1/.exec(await track.journals())?.[0] ?? "";
        said = await Promise.all(["the old", "the new"].map((input) => saidTo(track, { checkpoint, input })));
        return writesItsWord(agent);
      },
    }),
    { flags: { workers: 2 } },
  );
  expect(report.outcome).toEqual({ done: true });
  const answer = runner.agents.at(-1)?.options.resumeData?.userInput;
  expect(said.filter((words) => words.includes("already answered"))).toHaveLength(1);
  expect(said[answer === "the old" ? 0 : 1]).toBe(
    "T001 goes on with your answer. The run that is going on takes it up.",
  );
});

async function saidTo(track: Track, flags: { readonly checkpoint: string; readonly input: string }): Promise<string> {
  return track.answer(flags).then(
    ({ outcome, text }) => (outcome.done ? text : outcome.reason),
    (error: Error) => error.message,
  );
}
