import { expect, test } from "bun:test";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommandReport } from "../../../src/core/commandContext.ts";
import { withResumeData } from "../../../src/core/resumeData.ts";
import { fails } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, scripted, writesItsWord } from "../../support/track.ts";
import { until } from "../../support/until.ts";

const PAIR = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }];

test("a person's comment and new task, written into the backlog while agents work, are kept", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  const added = `  - id: T003
    title: Write ${fileOf("T003")} # mine
    description: More
    depends_on: [T002]
    files: [${fileOf("T003")}]
`;
  const { report, runner } = await track.implement(
    scripted({
      T001: async (agent) => {
        await track.editBacklog((text) => `# Mind the order.\n${text}${added}`);
        return writesItsWord(agent);
      },
    }),
  );

  expect(runner.tasks).toEqual(["T001", "T002"]);
  expect(report.outcome).toEqual({ done: true });
  const text = await readFile(track.backlogFile, "utf8");
  expect(text).toStartWith("# Mind the order.\n");
  expect(text).toEndWith(added);
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "complete", T003: "pending" });
  const next = await track.implement(writesItsWord);
  expect(next.runner.tasks).toEqual(["T003"]);
  expect(next.report.outcome).toEqual({ done: true });
});

for (const [what, spoil] of Object.entries({
  "half edited": (file: string) => writeFile(file, "tasks: [\n"),
  removed: (file: string) => rm(file),
})) {
  test(`a backlog that is ${what} when the run ends: said so, and once it is back nothing landed is repeated`, async () => {
    await using track = await makeTrack({ tasks: PAIR });
    const original = await readFile(track.backlogFile, "utf8");

    const { report } = await track.implement(
      scripted({
        T002: async (agent) => {
          // No status is on its way any more, which would put the file back.
          await until("its status", async () => (await track.statuses()).T002 === "in_progress");
          await spoil(track.backlogFile);
          return writesItsWord(agent);
        },
      }),
    );

    expect(report.outcome).toMatchObject({ done: false, reason: expect.stringContaining("tasks/BACKLOG.yaml") });
    await writeFile(track.backlogFile, original);
    const again = await track.implement(writesItsWord);
    expect(again.runner.tasks).toEqual([]);
    expect(again.report.outcome).toEqual({ done: true });
    expect(await track.statuses()).toEqual({ T001: "complete", T002: "complete" });
  });
}

test("a task taken out of the backlog between interruption and resume: the rest is done", async () => {
  await using track = await makeTrack({ tasks: [...PAIR, { id: "T003" }] });
  const abort = new AbortController();
  await track.implement(
    scripted({
      T002: async (agent) => {
        abort.abort();
        return agent.hang();
      },
    }),
    { signal: abort.signal, flags: { workers: 1 } },
  );
  await track.writeBacklog({ tasks: [{ id: "T003" }] });

  const { report, runner } = await track.implement(writesItsWord);

  expect(runner.tasks).toEqual(["T003"]);
  expect(report.outcome).toEqual({ done: true });
});

test("a person's commit on the track's branch between two runs is built upon", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  const { repository } = track;
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  await repository.git("switch", "--quiet", "mac/words");
  await repository.write({ "mine.txt": "mine\n" });
  await repository.git("add", "mine.txt");
  await repository.git("commit", "--quiet", "--message", "Mine");
  await expect(track.implement(writesItsWord)).rejects.toThrow("checked out");
  await repository.git("switch", "--quiet", "main");
  let files: string[] = [];

  const { report, runner } = await track.implement(async (agent) => {
    files = await agent.files();
    return writesItsWord(agent);
  });

  expect(runner.tasks).toEqual(["T002"]);
  expect(files).toContain("mine.txt");
  expect(report.outcome).toEqual({ done: true });
});

test("a branch of that name that is not ours is refused, and left as it is", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.repository.git("branch", "mac/words");
  const before = await track.repository.git("rev-parse", "mac/words");
  await expect(track.implement(writesItsWord)).rejects.toThrow("was not made by multi-agent-coder");
  expect(await track.repository.git("rev-parse", "mac/words")).toBe(before);
  expect(await track.heldLocks()).toEqual([]);
});

test("while an agent works, the backlog shows its task in progress and the others pending", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(
    scripted({
      T001: async (agent) => {
        await until("T001 in progress", async () => (await track.statuses()).T001 === "in_progress");
        expect(await track.statuses()).toEqual({ T001: "in_progress", T002: "pending" });
        return writesItsWord(agent);
      },
    }),
  );
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "complete" });
});

test("two implements of one track in one process, as in a server: the second is refused, the first is not disturbed", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  let refusal = "";
  const { report, runner } = await track.implement(
    scripted({
      T001: async (agent) => {
        refusal = await track.implement(writesItsWord).then(
          () => "",
          (error: Error) => error.message,
        );
        return writesItsWord(agent);
      },
    }),
  );
  expect(refusal).toContain('"implement words" is already running');
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks).toEqual(["T001", "T002"]);
});

test("an agent that asks stops alone; with the answer the next one goes on from what was made", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001", files: ["words/half.txt", "words/rest.txt"] }, { id: "T002" }],
  });
  const asks = scripted({
    T001: async (agent) => {
      await agent.edit("words/half.txt", "half\n");
      const said = await agent.options.supervisor?.askPerson({
        message: "UTC or local time?",
        options: ["UTC", "local"],
      });
      expect(said).toContain("A person was asked");
      return agent.hang();
    },
  });
  const first = await track.implement(asks);
  const checkpoint = checkpointIn(first.report.outcome);
  expect(reasonOf(first.report.outcome)).toContain("UTC or local time?");
  expect(await track.statuses()).toEqual({ T001: "awaiting_input", T002: "complete" });

  await track.answer({ checkpoint, input: "UTC, always" });
  const second = await track.implement(async (agent) => {
    expect(await readFile(join(agent.directory, "words/half.txt"), "utf8")).toBe("half\n");
    await agent.write({ "words/rest.txt": "rest\n" });
    return undefined;
  });

  expect(second.report.outcome).toEqual({ done: true });
  const [agent] = second.runner.agents;
  expect(agent?.options.resumeData).toEqual({ checkpointId: checkpoint ?? "", userInput: "UTC, always" });
  expect(agent?.prompt).toContain("An earlier session asked: UTC or local time? The answer is in resumeData below.");
  expect(await track.repository.git("show", "main:words/half.txt")).toBe("half");
});

test("a provider that fails while its agent asks: nobody goes on in its place, and the question stands", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", files: ["words/half.txt"] }] });
  const never = Promise.withResolvers<void>();
  const { report, runner } = await track.implement(async (agent) => {
    if (agent.turn > 1) return writesItsWord(agent);
    const inTool = Promise.withResolvers<void>();
    void agent.use("write", { does: "write", paths: ["words/half.txt"] }, async () => {
      await agent.write({ "words/half.txt": "half\n" });
      inTool.resolve();
      await never.promise;
    });
    await inTool.promise;
    // What it has made cannot be saved, and so nobody be asked, before the tool has ended.
    void agent.options.supervisor?.askPerson({ message: "UTC or local time?", options: [] });
    return fails("provider", "the stream was cut", true);
  });

  expect(runner.tasks).toEqual(["T001"]);
  expect(reasonOf(report.outcome)).toContain("UTC or local time?");
  expect(await track.statuses()).toEqual({ T001: "awaiting_input" });
});

for (const [what, edit, holds] of [
  ["another task", ["Write one word into words/t002.txt", "Write a word into words/t002.txt"], true],
  ["the task itself", ["Write one word into words/t001.txt", "Write a word into words/t001.txt"], false],
] as const) {
  test(`a backlog edited in ${what} after the answer: it ${holds ? "still reaches the task, with its work" : "is asked anew"}`, async () => {
    await using track = await makeTrack({ tasks: [{ id: "T001", files: ["words/*.txt"] }, PAIR[1] ?? { id: "T002" }] });
    const first = await track.implement(
      scripted({
        T001: async (agent) => {
          await agent.edit("words/half.txt", "half\n");
          await agent.options.supervisor?.askPerson({ message: "Which?", options: [] });
          return agent.hang();
        },
      }),
    );
    const checkpoint = checkpointIn(first.report.outcome);
    await track.answer({ checkpoint, input: "this one" });
    await track.editBacklog((text) => text.replace(edit[0], edit[1]));

    let isThere = false;
    const { report, runner } = await track.implement(async (agent) => {
      if (agent.task === "T001") isThere = await Bun.file(join(agent.directory, "words/half.txt")).exists();
      return writesItsWord(agent);
    });

    expect(report.outcome).toEqual({ done: true });
    const agent = runner.agents.find(({ task }) => task === "T001");
    expect(agent?.options.resumeData?.userInput).toBe(holds ? "this one" : undefined);
    expect(isThere).toBe(holds);
  });
}

test("an answer that does not fit is cut, and the person hears of it; it reaches every later attempt", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", files: ["words/*.txt"] }] });
  const asks = scripted({
    T001: async (agent) => {
      await agent.options.supervisor?.askPerson({ message: "How?", options: [] });
      return agent.hang();
    },
  });
  const { report } = await track.implement(asks);
  const checkpoint = checkpointIn(report.outcome);
  await track.answer({ checkpoint, input: "ä".repeat(1_999) });
  const { runner, progress } = await track.implement(
    async (agent) => {
      if (agent.turn > 1) await agent.write({ "words/a.txt": "word\n" });
      return undefined;
    },
    { options: { maxSelfCorrections: 0 } },
  );
  expect(runner.agents).toHaveLength(2);
  for (const { options, prompt } of runner.agents) {
    expect(options.resumeData?.userInput).toMatch(/^ä{200,}$/);
    expect(Buffer.byteLength(withResumeData(prompt, options.resumeData))).toBeLessThanOrEqual(3_072);
  }
  expect(progress).toContain("longer than its message has room for");
});

function reasonOf(outcome: CommandReport["outcome"]): string {
  return outcome.done ? "" : outcome.reason;
}

function checkpointIn(outcome: CommandReport["outcome"]): string | undefined {
  return /--checkpoint=(\S+)/.exec(reasonOf(outcome))?.[1];
}
