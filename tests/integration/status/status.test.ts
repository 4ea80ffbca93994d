import { expect, test } from "bun:test";
import { readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type StatusDocument, statusSchema } from "../../../src/commands/statusDocument.ts";
import type { StatusFlags } from "../../../src/commands/statusScene.ts";
import { fails, ScriptedRunner } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";

const CHAIN = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }, { id: "T003", depends_on: ["T002"] }];

/** Control characters but the line end, and two that turn the direction of a text. */
const STEERING = /[^\P{Cc}\n]|[\u202e\u2066]/u;

async function json(track: Track, flags: Partial<StatusFlags> = {}): Promise<StatusDocument> {
  const { text } = await track.status({ ...flags, json: true });
  return statusSchema.parse(JSON.parse(text));
}

async function versions(track: Track, task: string, flags: Partial<StatusFlags> = {}) {
  const document = await json(track, { ...flags, task, history: true });
  return "history" in document ? (document.history ?? []) : [];
}

/** Every path below the track's folder with its size and time of change. */
async function everything(track: Track): Promise<string[]> {
  const paths = await readdir(track.folder, { recursive: true });
  const described = paths.map(async (path) => {
    const { size, mtimeMs } = await stat(join(track.folder, path));
    return `${path} ${size} ${mtimeMs}`;
  });
  return (await Promise.all(described)).sort();
}

test("before any run it shows the backlog: what there is to do and what waits for what", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const { text, outcome } = await track.status();
  expect(outcome).toEqual({ done: true });
  expect(text.split("\n")).toEqual([
    "Track words: Words (tasks/BACKLOG.yaml)",
    "No run yet.",
    "3 tasks: 3 pending.",
    "",
    "  T001  pending  Write words/t001.txt",
    "  T002  pending  Write words/t002.txt  (waits for T001)",
    "  T003  pending  Write words/t003.txt  (waits for T002)",
  ]);
  expect(await track.status({}, join(track.repository.path, "words"))).toMatchObject({ text });
});

test("after a run it shows statuses, attempts, tokens and reasons; of one task each attempt, why it failed, what it left", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await track.implement(
    scripted({
      T002: async (agent) => {
        await agent.write({ [fileOf("T002")]: "No Word\n" });
        return undefined;
      },
    }),
    { options: { maxAttempts: 2 } },
  );

  const document = await json(track);
  expect(document).toMatchObject({
    track: { id: "words", title: "Words", file: "tasks/BACKLOG.yaml" },
    run: { state: "incomplete", process: null, tokens: expect.any(Number) },
    tasks: [
      { id: "T001", status: "complete", attempts: 1, reason: null },
      { id: "T002", status: "failed", attempts: 2, reason: expect.stringContaining("bad") },
      { id: "T003", status: "skipped", reason: "needs T002" },
    ],
  });
  const task = await json(track, { task: "T002" });
  if (!("attempts" in task)) throw new Error("no attempts");
  expect(task.attempts.map(({ number, outcome, archived_ref }) => ({ number, outcome, archived_ref }))).toEqual([
    { number: 1, outcome: "failed", archived_ref: `refs/mac/attempts/${document.run?.id}/T002/1` },
    { number: 2, outcome: "failed", archived_ref: `refs/mac/attempts/${document.run?.id}/T002/2` },
  ]);
  const { text } = await track.status({ task: "T002" });
  expect(text).toContain("Status: failed, 2 attempts");
  expect(text).toContain("  id: T002\n");
  const shown = /^What one left: git --git-dir='(.+)' show (.+)$/m.exec(text);
  expect(await (await track.control()).git("show", `${shown?.[2]}:${fileOf("T002")}`)).toBe("No Word");
});

test("while a run is under way it shows the phases of now, writes nothing and waits for no lock", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  let document: StatusDocument | undefined;
  let text = "";
  await track.implement(
    scripted({
      T002: async (agent) => {
        document = await json(track);
        ({ text } = await track.status());
        return writesItsWord(agent);
      },
    }),
  );
  expect(document).toMatchObject({
    run: { state: "under_way", process: process.pid },
    tasks: [
      { id: "T001", status: "complete", phase: "complete" },
      { id: "T002", status: "in_progress", phase: expect.stringMatching(/preparing|working/), attempts: 1 },
      { id: "T003", status: "pending", waits_for: ["T002"] },
    ],
  });
  expect(text).toContain(`under way in process ${process.pid}`);
  expect(text).toMatch(/T002 {2}(preparing|working), attempt 1/);
  expect(await json(track)).toMatchObject({ run: { state: "complete" } });
});

test("from another process, while a run goes on: who owns it, since when, and how to look at that", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const program = join(import.meta.dir, "../implement/implementProcess.ts");
  const args = [track.folder, track.repository.path, "tasks/BACKLOG.yaml", "agent", "T001"];
  const child = Bun.spawn([process.execPath, program, ...args], { stdout: "pipe", stderr: "inherit" });
  try {
    await child.stdout.getReader().read();
    const { owner, run } = await json(track);
    expect(run).toMatchObject({ state: "under_way", process: child.pid });
    expect(owner).toMatchObject({ pid: child.pid, purpose: "implement words", look: `ps -fp ${child.pid}` });
    expect(Date.now() - Date.parse(owner?.since ?? "")).toBeLessThan(120_000);
    expect((await track.status()).text).toMatch(
      new RegExp(
        `^Owner: process ${child.pid} on \\S+, since .* UTC \\(implement words\\); look at it with: ps -fp`,
        "m",
      ),
    );
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
  expect(await json(track)).toMatchObject({ owner: null, run: { state: "interrupted" } });
});

test("questions that wait are a list of their own, with what answers them; of one task, only its own", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await track.implement(
    scripted({
      T002: async (agent) => {
        await agent.options.supervisor?.askPerson({ message: "Which word?", options: ["this", "that"] });
        return undefined;
      },
    }),
  );
  const { questions } = await json(track);
  expect(questions).toMatchObject([
    { task: "T002", kind: "question", question: "Which word?", options: ["this", "that"], reasons: [] },
  ]);
  expect((await track.status()).text).toMatch(
    /^Run \S+: waits for your answer; 'opencode run implement' goes on with it/m,
  );
  expect((await track.status({ task: "T001" })).text).toContain(": waits for your answer; ");
  expect((await track.status()).text).toContain(
    [
      "Questions that wait for you:",
      "  T002: Which word?",
      "    - this",
      "    - that",
      `    multi-agent-coder answer --checkpoint=${questions[0]?.checkpoint} --input=…`,
    ].join("\n"),
  );
  expect((await json(track, { task: "T001" })).questions).toEqual([]);
  expect((await json(track, { task: "T002" })).questions).toEqual(questions);
});

test("an interrupted run is called that, and what it landed counts", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const abort = new AbortController();
  await track.implement(
    scripted({
      T002: async (agent) => {
        abort.abort();
        return agent.hang();
      },
    }),
    { signal: abort.signal },
  );
  expect(await json(track)).toMatchObject({
    run: { state: "interrupted", process: null },
    tasks: [{ status: "complete" }, { status: "pending", phase: null }, { status: "pending" }],
  });
});

test("it writes nothing, not even where nothing was ever run", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const untouched = await everything(track);
  await track.status();
  await track.status({ task: "T001" });
  expect(await everything(track)).toEqual(untouched);

  await track.implement(writesItsWord);
  await track.editBacklog((text) => text.replace("Write one word into words/t002.txt", "Write a word"));
  const before = await everything(track);
  for (const flags of [{}, { task: "T002" }, { task: "T002", history: true }]) {
    await track.status(flags);
    await track.status({ ...flags, json: true });
  }
  expect(await everything(track)).toEqual(before);
});

test("implement records what it is given; a person's edit is a version, our statuses are none", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  await track.editBacklog(
    (text) => `# a comment\n${text.replace("Write one word into words/t003.txt", "Write a better word")}`,
  );
  await track.implement(writesItsWord);
  await track.implement(writesItsWord);

  const [first, second, ...others] = await versions(track, "T003");
  expect(others).toEqual([]);
  expect(first).toMatchObject({ author: "person", reason: "tasks/BACKLOG.yaml as it was found", parent: null });
  expect(second).toMatchObject({
    author: "person",
    reason: "tasks/BACKLOG.yaml was edited by hand",
    parent: first?.id,
  });
  expect(second?.difference.split("\n").filter((line) => /^[-+] /.test(line))).toEqual([
    "-  Write one word into words/t003.txt.",
    "+  Write a better word.",
  ]);
  expect(await versions(track, "T001")).toHaveLength(1);
});

test("--history tells each version with author, time and reason, oldest first, then the edit that is none yet", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await expect(track.status({ task: "T003", history: true })).rejects.toThrow(
    /^No version of task T003 is recorded yet/,
  );
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  await track.editBacklog((text) => text.replace("Write one word into words/t003.txt", "Write a better word"));

  const { text } = await track.status({ task: "T003", history: true });

  expect(text).toMatch(
    /^Version 1 of 1: [0-9a-f]{9}, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, by person: tasks\/BACKLOG\.yaml as it was found$/m,
  );
  expect(text).toContain("--- /dev/null\n+++ b/tasks/T003.yaml\n@@ -0,0 +1,");
  const [recorded, unrecorded] = text.split("Not recorded yet");
  expect(recorded).not.toContain("better");
  expect(unrecorded).toContain("--- a/tasks/T003.yaml\n+++ b/tasks/T003.yaml\n@@ ");
  expect(unrecorded).toContain("\n-  Write one word into words/t003.txt.\n+  Write a better word.");
});

test("--dry_run records nothing", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await track.implement(writesItsWord, { flags: { dryRun: true } });
  await expect(track.status({ task: "T001", history: true })).rejects.toThrow("No version of task T001");
});

test("text from a file never steers the terminal", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const steering = "Evil \u202eword\u2066 here";
  await track.editBacklog((text) => text.replace("Write one word into words/t003.txt", steering));
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  for (const flags of [{ task: "T003" }, { task: "T003", history: true }]) {
    const texts = [await track.status(flags), await track.status({ ...flags, json: true })].map(({ text }) => text);
    for (const text of texts) expect(text).not.toMatch(STEERING);
  }
  const document = await json(track, { task: "T003" });
  expect("spec" in document ? document.spec : "").toContain(steering);
});

test("a track is named by a flag, else by tasks/BACKLOG.yaml, else it is the only one; else it asks", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  await track.writeBacklog({ track_id: "other", tasks: [{ id: "T001" }, { id: "X1" }] });
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });

  expect(await json(track)).toMatchObject({ track: { id: "other" } });
  expect(await json(track, { trackId: "words" })).toMatchObject({
    track: { id: "words", file: null },
    tasks: [{ id: "T001", status: "complete" }],
  });
  expect(await json(track, { task: "T001" })).toMatchObject({ track: { id: "other" } });
  expect(await json(track, { task: "T003" })).toMatchObject({ track: { id: "words" }, task: { id: "T003" } });
  const [run] = (await readdir((await track.state()).runs)).sort();
  expect(await json(track, { run: String(run) })).toMatchObject({ track: { id: "words" }, run: { id: run } });

  await rename(track.backlogFile, join(track.folder, "moved.yaml"));
  await expect(track.status()).rejects.toThrow(
    /^Several tracks are known here, other, words: choose one with --track_id\.$/,
  );
  await expect(track.status({ task: "T001" })).rejects.toThrow("Task T001 is in several tracks");
  expect(await json(track, { task: "X1" })).toMatchObject({ track: { id: "other" } });
});

test.each<[Partial<StatusFlags>, string]>([
  [{ task: "T009" }, "No task 'T009' is known here; tasks/BACKLOG.yaml has T001, T002, T003."],
  [{ task: "../T001" }, "No task '../T001' is known here"],
  [{ task: "T009", trackId: "words" }, "No task 'T009' is known in track words."],
  [{ task: "*", trackId: "words", history: true }, "No task '*' is known in track words."],
  [{ trackId: "nowhere" }, "No track 'nowhere' is known here; known are words."],
  [{ run: "20260101-000000000-abcdef" }, "No run '20260101-000000000-abcdef' is known here; there is none."],
  [{ history: true }, "No version of track words is recorded yet: 'opencode run implement' records what it is given."],
])("%j is refused in one line", async (flags, message) => {
  await using track = await makeTrack({ tasks: CHAIN });
  const refused = await track.status(flags).catch((error: Error) => error.message);
  expect(refused).toStartWith(message);
  expect(refused).not.toContain("\n");
});

test("where there is nothing, or no repository, it says so; without a git identity it still tells", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await track.repository.git("config", "--unset", "user.name");
  expect((await track.status()).text).toContain("3 pending");
  await rename(track.backlogFile, join(track.folder, "moved.yaml"));
  await expect(track.status()).rejects.toThrow(/^No task is known here: there is no tasks\/BACKLOG\.yaml/);
  await expect(track.status({}, track.folder)).rejects.toThrow("not in a git repository");
});

test("a file that cannot be read is told of, and the run is shown all the same; so is a damaged journal", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  const good = await readFile(track.backlogFile, "utf8");
  await writeFile(track.backlogFile, "tasks: [1\n");
  const { text } = await track.status();
  expect(text).toContain("T001  complete");
  expect(text).toMatch(/^Not read: tasks\/BACKLOG\.yaml:\d+:\d+: /m);

  await writeFile(track.backlogFile, good);
  const { runs } = await track.state();
  const [run] = await readdir(runs);
  const journal = join(runs, String(run), "events.jsonl");
  await writeFile(journal, (await readFile(journal, "utf8")).replace('"T001"', '"T00X"'));
  expect((await track.status()).text).toMatch(/^Not read: .*journal.*damaged at line 1/m);
});

const PLAN = {
  title: "Words",
  goal: "Words are there",
  approach: "One by one",
  items: [{ id: "1", title: "Write a", description: "A word", files: ["words/a.txt"], depends_on: [], acceptance: [] }],
  risks: [],
  acceptance: [],
};

test("plan and backlog record what they write, who wrote it, and the edits they find", async () => {
  await using track = await makeTrack({ files: { "feature.md": "Words.\n" } });
  await track.repository.git("rm", "--quiet", "tasks/BACKLOG.yaml");
  const planner = () => new ScriptedRunner(async () => ({ status: "success", text: "", structured: PLAN }));
  const noModel = () => new ScriptedRunner(async () => fails("model_unavailable", "gone"));
  await track.plan(planner(), { contextFile: "feature.md" });
  await track.backlog(noModel(), { draftBy: "plan" });
  await track.editBacklog((text) => text.replace("A word", "Another word"));
  const planFile = join(track.repository.path, "tasks/PLAN.md");
  await writeFile(planFile, (await readFile(planFile, "utf8")).replaceAll("Write a", "Write b"));
  await track.backlog(noModel(), { draftBy: "plan" });

  const history = await versions(track, "T001");
  expect(history.map(({ author, reason }) => `${author}: ${reason}`)).toEqual([
    "agent: the plan's own items, without a model",
    "person: tasks/BACKLOG.yaml was edited by hand",
    "agent: the plan's own items, without a model",
  ]);
  const { text } = await track.status({ history: true });
  expect(text).toContain("The plan, 2 versions, oldest first\n");
  expect(text).toContain("The backlog, 3 versions, oldest first\n");
  expect(text).toMatch(/^-\s+title: Write a\n\+\s+title: Write b$/m);
  const whole = await json(track, { history: true });
  expect("tasks" in whole && whole.history?.map(({ parent }) => parent)).toEqual([
    null,
    ...history.map(({ id }) => id).slice(0, -1),
  ]);

  const control = await track.control();
  const message = (id: string | null | undefined) => control.git("log", "-1", "--format=%an %s%n%b", String(id));
  expect(await message(history[0]?.plan)).toContain("agent merged from the answers of ");
  expect(await message(history[0]?.plan)).toContain("Mac-Model: test/worker");
  expect(await message(history[2]?.plan)).toContain("person tasks/PLAN.md was edited by hand");
});

test("where versions cannot be recorded, the file is written all the same and a warning says what is missing", async () => {
  await using track = await makeTrack({ files: { "feature.md": "Words.\n" } });
  const planner = new ScriptedRunner(async () => ({ status: "success", text: "", structured: PLAN }));
  await writeFile(join(track.folder, "data"), "no folder");
  let progress = "";
  const onProgress = (line: string) => {
    progress += line;
  };
  const { outcome } = await track.plan(planner, { contextFile: "feature.md" }, { onProgress });
  expect(outcome).toEqual({ done: true });
  expect(await readFile(join(track.repository.path, "tasks/PLAN.md"), "utf8")).toContain("Write a");
  expect(progress).toContain("tasks/PLAN.md is missing in its history of versions");
});

test("of a landed task it says whether git alone can take it back: not what the network reached, nor what the user has", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001" }, { id: "T002", network: true }, { id: "T003" }],
    verify: [],
  });
  await track.implement(writesItsWord, { flags: { only: ["T001", "T002"] } });
  const rollbacks = async () => {
    const document = await json(track);
    const rows = "tasks" in document ? document.tasks : [];
    return Object.fromEntries(rows.map(({ id, rollback }) => [id, rollback]));
  };
  const network = "its commands had the network: what they did outside stays";
  expect(await rollbacks()).toEqual({
    T001: { possible: true, because: null },
    T002: { possible: false, because: network },
    T003: null,
  });
  expect((await track.status({ task: "T001" })).text).not.toContain("Rollback:");

  // A person merges by hand.
  await track.repository.git("merge", "--quiet", "--ff-only", "mac/words");

  expect(await rollbacks()).toEqual({
    T001: { possible: false, because: "main has it" },
    T002: { possible: false, because: `${network}; main has it` },
    T003: null,
  });
  expect((await track.status({ task: "T001" })).text).toContain(
    "Rollback: not all of it can be taken back: main has it.",
  );
  const { text } = await track.rollback({ task: "T002" });
  expect(text).toContain("main still holds the work; to take the undoing there: git merge mac/words");
  expect(text).toContain(`Not undone, since it lies outside git: T002 (${network}).`);
});
