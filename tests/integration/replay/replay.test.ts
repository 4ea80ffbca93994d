import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replayCommand } from "../../../src/commands/replayCommand.ts";
import { readArtifacts } from "../../../src/recovery/artifacts/artifactLineage.ts";
import { leaveRequest } from "../../../src/recovery/inbox.ts";
import { journalPath } from "../../../src/recovery/runFolder.ts";
import { listRuns, readRunEvents } from "../../../src/recovery/runStore.ts";
import type { Script } from "../../support/scriptedRunner.ts";
import { DIAMOND, fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";

async function replay(track: Track, flags: { run?: string; again?: boolean } = {}) {
  const { directory, environment, options, signal } = track.context(NOBODY, {});
  const folder = join(track.folder, "temporary");
  await Bun.write(join(folder, "here"), "");
  const report = await replayCommand(
    { again: false, ...flags },
    { directory, options, signal, environment: { ...environment, TMPDIR: folder } },
  );
  return { ...report, left: (await readdir(folder)).filter((name) => name !== "here") };
}

const NOBODY = {
  hostSession: undefined,
  endSessions: async () => [],
  spawnAgent: () => Promise.reject(new Error("a replay asks no agent")),
};

async function runOf(track: Track): Promise<string> {
  const [run = ""] = await listRuns((await track.state()).runs);
  return run;
}

async function journalOf(track: Track): Promise<string> {
  return journalPath((await track.state()).runs, await runOf(track));
}

/** Of a first attempt that fails, one that is corrected, and one that asks a person. */
const EVENTFUL: Script = scripted({
  T002: async (agent) => {
    // Sent back as often as may be, then thrown away: the second attempt makes more files than the first.
    await agent.write({ [fileOf("T002")]: agent.turn === 1 ? "Two Words\n" : "word\n" });
    return undefined;
  },
  T003: async (agent) => {
    if (agent.corrections.length === 0) await agent.write({ [fileOf("T003")]: "word\n", "stray.txt": "stray\n" });
    else await agent.write({ "stray.txt": null, [fileOf("T003")]: "corrected\n" });
    return { status: "success", text: `Turn ${agent.corrections.length}` };
  },
  T004: async (agent) => {
    if (agent.turn === 1) {
      await agent.edit(fileOf("T004"), "half\n");
      await agent.options.supervisor?.askPerson({ message: "Which word?", options: ["this", "that"] });
      return undefined;
    }
    await agent.edit(fileOf("T004"), "that\n");
    return undefined;
  },
});

const TASKS = DIAMOND.map((task) => ({
  ...task,
  acceptance: [{ run: `grep -qx "[a-z]*" ${fileOf(task.id)}` }],
}));

/** Runs to its end, and answers what is asked on the way. */
async function eventfulRun(track: Track): Promise<void> {
  const settings = { options: { maxSelfCorrections: 1 } };
  const first = await track.implement(EVENTFUL, settings);
  expect(first.report.outcome).toMatchObject({ done: false, reason: expect.stringContaining("Which word?") });
  const state = await track.state();
  const run = await runOf(track);
  const events = await readRunEvents(state.runs, run);
  const asked = events.ok ? events.value.find(({ type }) => type === "question_asked") : undefined;
  if (asked?.type !== "question_asked") throw new Error("nobody asked");
  const answer = { kind: "answer", checkpoint: asked.checkpoint, input: "that" } as const;
  await leaveRequest(state.runDirectory(run), { now: () => 1 }, answer);
  const turns = scripted({
    T004: async (agent) => {
      await agent.edit(fileOf("T004"), "that\n");
      return undefined;
    },
  });
  const second = await track.implement(turns, settings);
  expect(second.report.outcome).toEqual({ done: true });
}

test("a run of six tasks, with a failed attempt, a correction and a question, ends in the same tree again", async () => {
  await using track = await makeTrack({ tasks: TASKS });
  await eventfulRun(track);
  const before = await readFile(await journalOf(track));
  const refs = await (await track.control()).git("for-each-ref");
  const data = await readdir(join(track.folder, "data", "multi-agent-coder"));

  const { outcome, text, left } = await replay(track, { again: true });

  expect({ outcome, text }).toMatchObject({ outcome: { done: true } });
  expect(text).toContain("6 tasks (6 complete)");
  const tree = await track.repository.git("rev-parse", "mac/words^{tree}");
  expect(text).toMatch(new RegExp(`driven again +6 tasks, tree ${tree.slice(0, 9)} +0`));
  expect(left).toEqual([]);
  expect(await readFile(await journalOf(track))).toEqual(before);
  expect(await (await track.control()).git("for-each-ref")).toBe(refs);
  expect(await readdir(join(track.folder, "data", "multi-agent-coder"))).toEqual(data);
});

test("a check that now fails makes it end elsewhere: what differs is told, and kept to be looked at", async () => {
  await using track = await makeTrack({ tasks: [] });
  const flag = join(track.folder, "broken");
  const tasks = [{ id: "T001" }, { id: "T002", depends_on: ["T001"], acceptance: [{ run: `test ! -e ${flag}` }] }];
  await track.writeBacklog({ tasks });
  const settings = { options: { sandbox: "off" } };
  await track.implement(writesItsWord, settings);
  await writeFile(flag, "");

  const { outcome, text, left } = await replay(track, { again: true });

  expect(outcome).toMatchObject({ done: false });
  expect(text).toContain(`which differs in ${fileOf("T002")}`);
  expect(text).toContain("T002 was complete and is failed now");
  expect(left).toHaveLength(1);
  expect(text).toContain(join(track.folder, "temporary", left[0] ?? ""));
});

test("what the recorded agents left goes through the real gate: a task that failed in the end fails again", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001" }, { id: "T002" }, { id: "T003", depends_on: ["T002"] }],
  });
  await track.implement(
    scripted({
      T002: async (agent) => {
        await agent.write({ [fileOf("T002")]: agent.turn === 1 ? "Bad Word\n" : null });
        return agent.turn === 1 ? undefined : { status: "timeout", message: "its time was up" };
      },
    }),
    { options: { maxSelfCorrections: 0, maxAttempts: 2 } },
  );
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "failed", T003: "skipped" });
  const { outcome, text } = await replay(track, { again: true });
  expect({ outcome, text }).toMatchObject({ outcome: { done: true } });
  expect(text).toContain("3 tasks (1 complete, 1 failed, 1 skipped)");
});

test("a run by patches is driven again from its edits; a backlog outside of the repository is not touched by that", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const backlogFile = join(track.folder, "elsewhere.yaml");
  await rename(track.backlogFile, backlogFile);
  const flags = { mode: "patch", backlogFile } as const;
  const answer = { edits: [{ path: fileOf("T001"), content: "word\n" }] };
  const { report } = await track.implement(async () => ({ status: "success", text: "", structured: answer }), {
    flags,
  });
  expect(report.outcome).toEqual({ done: true });
  const before = await stat(backlogFile);
  const { outcome, text } = await replay(track, { again: true });
  expect({ outcome, text }).toMatchObject({ outcome: { done: true } });
  expect((await stat(backlogFile)).mtimeMs).toBe(before.mtimeMs);
});

test("it compares only, without --again, also a run that was interrupted; names what is not there, and what is damaged", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }] });
  const abort = new AbortController();
  const script = scripted({
    T001: async (agent) => {
      await agent.write({ [fileOf("T001")]: agent.turn === 1 ? "Bad Word\n" : "word\n" });
      return undefined;
    },
    T002: async (agent) => {
      abort.abort();
      return agent.hang();
    },
  });
  await track.implement(script, { signal: abort.signal, options: { maxSelfCorrections: 0 } });
  const state = await track.state();
  const run = await runOf(track);
  const sound = await replay(track);
  expect(sound.outcome).toEqual({ done: true });
  expect(sound.text).toStartWith(`Run ${run} of track words (not finished): `);
  expect(sound.text).not.toContain("driven again");
  await expect(replay(track, { run: "20200101-000000000-abcdef" })).rejects.toThrow(
    "No run '20200101-000000000-abcdef'",
  );

  const session = join(state.runDirectory(run), "session.json");
  expect(sound.text).toMatch(/session\.json +at event \d+ +0/);
  const published = await readFile(session, "utf8");
  const wrong = published.replace(/"tokens":\d+/, '"tokens":7');
  await writeFile(session, wrong);
  expect((await replay(track)).text).toContain("is damaged, or of another version");
  const body = wrong.slice(0, wrong.lastIndexOf(',"sum"'));
  const sum = createHash("sha256").update(`${body}}`).digest("hex");
  await writeFile(session, `${body},"sum":"${sum}"}\n`);
  expect((await replay(track)).text).toContain("session.json tells the state");
  await writeFile(session, published);

  const control = await track.control();
  const [base] = (await track.repository.git("rev-list", "--reverse", "main")).split("\n");
  await control.git("update-ref", "refs/mac/tracks/words", base ?? "");
  await control.git("update-ref", "-d", `refs/mac/attempts/${run}/T001/1`);
  const artifacts = await readArtifacts(state.runArtifacts(run));
  const [{ id } = { id: "" }] = artifacts.ok ? artifacts.value : [];
  await writeFile(join(state.artifacts, id.slice(0, 2), id.slice(2)), "something else");
  // What is not what it says it is, is not driven again.
  const unsound = await replay(track, { again: true });
  expect(unsound.outcome).toMatchObject({ done: false });
  expect(unsound.text).toContain("refs/mac/tracks/words is at");
  expect(unsound.text).toContain(`refs/mac/attempts/${run}/T001/1 is not there`);
  expect(unsound.text).toContain("is not what was kept under its name");
  expect(unsound.text).not.toContain("driven again");

  const path = await journalOf(track);
  await writeFile(path, (await readFile(path, "utf8")).replace("attempt_started", "attempt_stopped"));
  await expect(replay(track)).rejects.toThrow(/damaged at line \d+: .*Put back a copy/);
});

test("a run whose backlog was not kept cannot be driven again, and says so", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  await track.implement(writesItsWord);
  await rm((await track.state()).runArtifacts(await runOf(track)));
  await expect(replay(track, { again: true })).rejects.toThrow("the backlog that run");
});
