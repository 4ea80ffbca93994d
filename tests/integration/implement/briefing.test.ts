import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileOf, makeTrack, scripted, writesItsWord } from "../../support/track.ts";

const TOKEN = ["ghp", "Zk3vQ9xW2mT7rB1nL5cY8dF4gH6jK0pS2aVe"].join("_");

test("a key in a task is refused with its line before anything is run, and stands nowhere", async () => {
  const tasks = [{ id: "T001", description: `Write one word.\nUse ${TOKEN} for it.\n` }, { id: "T002" }];
  await using track = await makeTrack({ tasks });
  const text = await readFile(track.backlogFile, "utf8");
  const line = text.split("\n").findIndex((content) => content.includes(TOKEN)) + 1;

  for (const dryRun of [true, false]) {
    const refused = await track
      .implement(writesItsWord, { flags: { dryRun } })
      .then(() => expect.unreachable(), String);
    expect(refused).toContain(`BACKLOG.yaml:${line}: what looks like a GitHub token`);
    expect(refused).not.toContain(TOKEN);
  }
  expect(await readFile(track.backlogFile, "utf8")).toBe(text);
});

test("the journal keeps of a message its size, its digest and what was left out, but not its text", async () => {
  const context = Array.from({ length: 60 }, (_, line) => `Fact ${line} of the words that are to be written.`).join(
    "\n",
  );
  await using track = await makeTrack({ tasks: [{ id: "T001", context }] });

  const { runner, progress } = await track.implement(writesItsWord);

  const prompt = runner.agents[0]?.prompt ?? "";
  const journal = await track.journals();
  const message = JSON.parse(/"message":(\{"sha256".*?\]\})/u.exec(journal)?.[1] ?? "{}");
  expect(message).toMatchObject({
    sha256: createHash("sha256").update(prompt).digest("hex"),
    bytes: Buffer.byteLength(prompt),
    omissions: [
      { section: "network" },
      { section: "tools" },
      { section: "verify" },
      { section: "feature" },
      { section: "context" },
    ],
  });
  expect(journal).not.toContain("Fact 0");
  expect(progress).toContain("left out to keep messages small: T001: verify left out");
});

test("a context written for other files is left out and said; what the tasks before have changed does not count", async () => {
  const tasks = [
    { id: "T001" },
    { id: "T002", depends_on: ["T001"], reads: [fileOf("T001")], context: "The word before is short." },
    { id: "T003", reads: ["words/first.txt"], context: "The first word is first." },
  ];
  await using track = await makeTrack({ tasks });
  const { repository } = track;
  await track.setBase(await repository.git("rev-parse", "HEAD^{tree}"));
  await repository.write({ "words/first.txt": "other\n" });
  await repository.git("commit", "-qam", "A person changes a word");

  const { runner, progress, report } = await track.implement(writesItsWord);

  expect(report.outcome).toEqual({ done: true });
  const promptOf = (id: string) => runner.agents.find(({ task }) => task === id)?.prompt;
  expect(promptOf("T002")).toContain("The word before is short.");
  expect(promptOf("T002")).toContain(`- T001 Write ${fileOf("T001")} (changed ${fileOf("T001")})`);
  expect(promptOf("T003")).not.toContain("The first word is first.");
  expect(promptOf("T003")).toContain("left out: words/first.txt changed");
  expect(progress).toContain("its context is left out: words/first.txt changed after it was written");
});

test("an unknown base is said once and refuses nothing; a backlog without one says nothing", async () => {
  const tasks = [
    { id: "T001", context: "A" },
    { id: "T002", context: "B" },
  ];
  for (const base of [undefined, "1".repeat(40)]) {
    await using track = await makeTrack({ tasks });
    if (base !== undefined) await track.setBase(base);
    const { progress, report } = await track.implement(writesItsWord);
    expect(report.outcome).toEqual({ done: true });
    expect(progress.split("context is still true").length - 1).toBe(base === undefined ? 0 : 1);
  }
});

test("a key in AGENTS.md keeps the file from the agents; one that a command prints goes no further", async () => {
  // In two parts, or it would be found in the backlog.
  const [begin, rest] = [TOKEN.slice(0, 4), TOKEN.slice(4)];
  const print = `printf 'got %s%s\\n' ${begin} ${rest}`;
  const acceptance = [{ run: `grep -q fine ${fileOf("T001")} || { ${print}; exit 1; }` }];
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance }],
    verify: [],
    files: { "AGENTS.md": `Be kind.\nThe key is ${TOKEN}\n` },
  });
  const { runner, progress, report } = await track.implement(
    scripted({
      T001: async (agent) => {
        await agent.write({ [fileOf("T001")]: agent.turn === 1 ? "bad\n" : "fine\n" });
        return undefined;
      },
    }),
  );
  expect(report.outcome).toEqual({ done: true });
  expect(progress).toContain("AGENTS.md holds what looks like a GitHub token (line 2); workers go without the file");
  const [first, second] = runner.agents;
  expect(first?.options.system).toBe("");
  expect(second?.prompt).toContain("got [a GitHub token was here]");
  expect([progress, await track.journals(), second?.prompt].join()).not.toContain(TOKEN);
});
