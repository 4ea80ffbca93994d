import { expect, test } from "bun:test";
import { answerCommand } from "../../../src/commands/answerCommand.ts";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";

const QUESTION = { message: "Which word?", options: ["the old", "the new"] };

async function answer(track: Track, given: { checkpoint?: string; input?: string }) {
  const flags = { checkpoint: undefined, input: undefined, ...given };
  return answerCommand(flags, { directory: track.repository.path, environment: track.environment });
}

const checkpointIn = (text: string) => /--checkpoint=(\S+)/.exec(text)?.[1] ?? "";

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
  await answer(track, { checkpoint, input: "the new" });
  const fourth = await track.implement(writesItsWord);
  expect(fourth.runner.agents.map(({ options }) => options.resumeData)).toEqual([
    { checkpointId: checkpoint, userInput: "the new" },
  ]);
  expect(fourth.report).toMatchObject({ outcome: { done: true }, questions: [] });
});
