import { expect, test } from "bun:test";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkpointRollbackCommand } from "../../../src/commands/checkpointRollback.ts";
import { journalPath } from "../../../src/recovery/runFolder.ts";
import { listRuns } from "../../../src/recovery/runStore.ts";
import { fails, type Script, ScriptedRunner } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";
import { until } from "../../support/until.ts";

type Mode = "full" | "partial" | "smart";

interface TakenCheckpoint {
  readonly type: string;
  readonly id: string;
  readonly commit: string;
  readonly cause: string;
  readonly task: string;
  readonly cumulative: { readonly files: number };
  readonly incremental: { readonly files: number; readonly paths: readonly string[] };
  readonly validation: {
    readonly checked: number;
    readonly cached: number;
    readonly degraded?: string;
    readonly violations: readonly { readonly path: string; readonly what: string }[];
  };
}

async function eventsOf<Event>(track: Track, wanted: string): Promise<Event[]> {
  const events = (await track.journals()).split("\n").filter((line) => line !== "");
  return events.map((line) => JSON.parse(line).event).filter(({ type }) => type === wanted);
}

const checkpointsOf = (track: Track) => eventsOf<TakenCheckpoint>(track, "checkpoint_taken");

function rollback(track: Track, checkpoint: string, mode: Mode = "full") {
  const context = track.context(new ScriptedRunner(writesItsWord), {});
  return checkpointRollbackCommand({ checkpoint, mode }, context);
}

/** Each write is saved before the next, since a shell command comes in between. */
async function savedWrites(agent: Parameters<Script>[0], writes: readonly Readonly<Record<string, string>>[]) {
  for (const files of writes) {
    await agent.use("bash", { does: "shell", command: "write" }, () => agent.write(files));
    await agent.use("bash", { does: "shell", command: "true" });
  }
}

/** As if its process had died at the last checkpoint: the journal ends there. */
async function forgetAfterLastCheckpoint(track: Track): Promise<void> {
  const { runs } = await track.state();
  const [runId = ""] = await listRuns(runs);
  const path = journalPath(runs, runId);
  const lines = (await readFile(path, "utf8")).split("\n");
  const last = lines.findLastIndex((line) => line.includes('"checkpoint_taken"'));
  await writeFile(path, `${lines.slice(0, last + 1).join("\n")}\n`);
}

const WORD = fileOf("T001");

/** T001's agent writes three versions and never ends. */
async function interruptedTrack(writes: readonly Readonly<Record<string, string>>[], files: readonly string[]) {
  const track = await makeTrack({ tasks: [{ id: "T001", files }], verify: [] });
  const interrupt = new AbortController();
  await track.implement(
    async (agent) => {
      await savedWrites(agent, writes);
      interrupt.abort();
      return fails("aborted", "the session was aborted");
    },
    { signal: interrupt.signal },
  );
  return track;
}

const THREE = [{ [WORD]: "one\n" }, { [WORD]: "two\n", "words/more.txt": "more\n" }, { [WORD]: "three\n" }];

test("each checkpoint says what changed, what was found, and in its commit what it is of", async () => {
  await using track = await interruptedTrack(THREE, ["words/*"]);
  const [first, second, third] = await checkpointsOf(track);
  expect([first?.cause, second?.cause]).toEqual(["before_shell", "before_shell"]);
  expect(second).toMatchObject({
    cumulative: { files: 2 },
    incremental: { files: 2, paths: ["words/more.txt", WORD] },
    validation: { checked: 2, cached: 0, unchecked: 0, violations: [] },
  });
  expect(third).toMatchObject({ incremental: { paths: [WORD] }, validation: { checked: 1, cached: 1 } });
  const control = await track.control();
  const message = await control.git("log", "-1", "--format=%B", third?.commit ?? "");
  expect(message).toContain(`Mac-Checkpoint: ${third?.id}`);
  expect(message).toMatch(/Mac-Run: \S+\nMac-Task: T001\nMac-Attempt: 1\n/);
  const [started] = await eventsOf<{ seed: number; prompt: string }>(track, "attempt_started");
  expect(message).toContain(`Mac-Model: test/worker\nMac-Prompt: ${started?.prompt}\nMac-Sent: `);
  expect(message).toMatch(new RegExp(`Mac-Sent: [0-9a-f]{64}\nMac-Seed: ${started?.seed}\nMac-Spec: [0-9a-f]{16}`));
  expect(await control.git("rev-parse", `${third?.commit}^`)).toBe(second?.commit ?? "");
});

test("a run that died: its task is rolled back to a checkpoint, and implement goes on from there", async () => {
  await using track = await interruptedTrack(THREE, ["words/*"]);
  await forgetAfterLastCheckpoint(track);
  const [first] = await checkpointsOf(track);
  const report = await rollback(track, first?.id ?? "");
  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain(`T001 goes on from ${first?.id} (full); 2 files put back.`);
  expect(report.text).toMatch(/What there was is kept as \S+-T001-1-c3/);
  const told = (await track.status({ task: "T001" })).text;
  expect(told).toContain(`${first?.id}: before_shell, 1 file changed`);
  expect(JSON.parse((await track.status({ task: "T001", json: true })).text).checkpoints).toHaveLength(3);

  let found: string[] = [];
  const again = await track.implement(async (agent) => {
    found = await agent.files();
    expect(await readFile(join(agent.directory, WORD), "utf8")).toBe("one\n");
    await agent.write({ [WORD]: "done\n" });
    return undefined;
  });
  expect(again.report.outcome).toEqual({ done: true });
  expect(found).toContain(WORD);
  expect(found).not.toContain("words/more.txt");
  expect(await track.repository.git("show", `mac/words:${WORD}`)).toBe("done");
});

test("after a run that gave the task up, a rollback begins one that implement goes on with; it can be taken back", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001", files: ["words/*"], acceptance: [{ run: `grep -qx good ${WORD}` }] }],
    verify: [],
  });
  const bad: Script = async (agent) => {
    await savedWrites(agent, [{ [WORD]: "one\n" }, { [WORD]: "two\n" }]);
    return undefined;
  };
  await track.implement(bad, { options: { maxAttempts: 1, maxSelfCorrections: 0 } });
  expect((await track.statuses()).T001).toBe("failed");
  const [first, second] = await checkpointsOf(track);

  const report = await rollback(track, first?.id ?? "");
  expect(report.text).toContain(`rollback --checkpoint=${second?.id}`);
  expect((await track.statuses()).T001).toBe("pending");
  const back = await rollback(track, second?.id ?? "");
  expect(back.text).toContain(`rollback --checkpoint=${first?.id}`);

  const read: string[] = [];
  const again = await track.implement(async (agent) => {
    read.push(await readFile(join(agent.directory, WORD), "utf8"));
    await agent.write({ [WORD]: "good\n" });
    return undefined;
  });
  expect(again.report.outcome).toEqual({ done: true });
  expect(read).toEqual(["two\n"]);
  expect(await listRuns((await track.state()).runs)).toHaveLength(2);
});

const MESS = [
  { [WORD]: "one\n", "outside/a.txt": "a\n", "words/key.txt": "fine\n" },
  { [WORD]: "two\n", "words/key.txt": `token ghp_${"aB3dE6gH9jK2mN5pQ8sT1vW4".repeat(2).slice(0, 36)}\n` },
];

for (const [mode, key] of [
  ["partial", "fine\n"],
  ["smart", "fine\n"],
] as const) {
  test(`${mode}: only what is in violation is put back`, async () => {
    await using track = await interruptedTrack(MESS, ["words/*"]);
    const [first, second] = await checkpointsOf(track);
    expect(second?.validation.violations.map(({ path }) => path).sort()).toEqual(["outside/a.txt", "words/key.txt"]);
    await rollback(track, first?.id ?? "", mode);
    const files: Record<string, string> = {};
    await track.implement(async (agent) => {
      for (const path of await agent.files()) files[path] = await readFile(join(agent.directory, path), "utf8");
      await agent.write({ "outside/a.txt": null });
      return undefined;
    });
    expect(files).toMatchObject({ [WORD]: "two\n", "words/key.txt": key });
    expect(Object.keys(files).includes("outside/a.txt")).toBe(mode === "partial");
  });
}

test("refused: a checkpoint nobody knows, with those there are; one of a task that has landed; a damaged one", async () => {
  await using track = await interruptedTrack(THREE, ["words/*"]);
  const [first, second] = await checkpointsOf(track);
  await expect(rollback(track, "abcdef-T001-9-c9")).rejects.toThrow(
    /No checkpoint 'abcdef-T001-9-c9' is known.*the latest are \S+-T001-1-c3, \S+-T001-1-c2/,
  );
  const control = await track.control();
  const blob = await control.git("rev-parse", `${second?.commit}:words/more.txt`);
  const path = join((await track.state()).controlGit, "objects", blob.slice(0, 2), blob.slice(2));
  await rm(path, { force: true });
  await expect(rollback(track, second?.id ?? "")).rejects.toThrow(
    new RegExp(`is damaged: .*the latest one before it that is sound is ${first?.id}`),
  );
  const read: string[] = [];
  await track.implement(async (agent) => {
    read.push(await readFile(join(agent.directory, WORD), "utf8"));
    return writesItsWord(agent);
  });
  // The latest work holds what is damaged too: the attempt went on from what is sound.
  expect(read).toEqual(["one\n"]);
  await expect(rollback(track, first?.id ?? "")).rejects.toThrow("T001 has landed: use rollback --task=T001");
});

test("what an agent that took too long had made is a checkpoint too, by that name", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }], verify: [] });
  await track.implement(async (agent) => {
    if (agent.turn > 1) return writesItsWord(agent);
    // A tool that was running when the time was up: nobody tells how it ended.
    await agent.options.supervisor?.beforeTool({ id: "x", tool: "bash", does: "shell", paths: [], fingerprint: "x" });
    await agent.write({ [WORD]: "half\n" });
    return { status: "timeout", message: "took too long" };
  });
  const [only] = await checkpointsOf(track);
  expect(only).toMatchObject({ cause: "timeout", incremental: { paths: [WORD] } });
});

test("while a run goes on, it goes back itself, and the task's next agent goes on from there", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", files: ["words/*"] }], verify: [] });
  const wrote = Promise.withResolvers<void>();
  const read: string[] = [];
  const run = track.implement(async (agent) => {
    if (agent.turn === 1) {
      await savedWrites(agent, [{ [WORD]: "one\n" }, { [WORD]: "two\n" }]);
      wrote.resolve();
      return agent.hang();
    }
    read.push(await readFile(join(agent.directory, WORD), "utf8"));
    return writesItsWord(agent);
  });
  await wrote.promise;
  const [first] = await checkpointsOf(track);
  const report = await rollback(track, first?.id ?? "");
  expect(report.text).toContain(`T001 goes on from ${first?.id} (full); 1 file put back.`);
  expect((await run).report.outcome).toEqual({ done: true });
  expect(read).toEqual(["one\n"]);
});

test("work that can no longer be read keeps nobody from going back", async () => {
  await using track = await interruptedTrack(THREE, ["words/*"]);
  const [first, second, third] = await checkpointsOf(track);
  const control = await track.control();
  const tree = await control.git("rev-parse", `${third?.commit}^{tree}`);
  await rm(join((await track.state()).controlGit, "objects", tree.slice(0, 2), tree.slice(2)));
  const report = await rollback(track, first?.id ?? "");
  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain(`What there was is kept as ${second?.id}`);
});

test("a rollback asked of a run that git does not let it do is told so once, and the run goes on", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", files: ["words/*"] }], verify: [] });
  const wrote = Promise.withResolvers<void>();
  const run = track.implement(async (agent) => {
    if (agent.turn > 1) return writesItsWord(agent);
    await savedWrites(agent, [{ [WORD]: "one\n" }, { [WORD]: "two\n" }]);
    wrote.resolve();
    return agent.hang();
  });
  await wrote.promise;
  const [first] = await checkpointsOf(track);
  const [runId] = await listRuns((await track.state()).runs);
  // In the way of the refs that keep what is gone back to.
  const inTheWay = `refs/mac/checkpoints/${runId}/T001/rollback`;
  await (await track.control()).git("update-ref", inTheWay, first?.commit ?? "");
  await expect(rollback(track, first?.id ?? "")).rejects.toThrow("Not rolled back, since git failed");
  expect((await run).report.outcome).toEqual({ done: true });
});

test("a tool whose end was never told keeps nobody from looking at the work of an agent at rest", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }], verify: [] });
  const { report } = await track.implement(async (agent) => {
    await agent.options.supervisor?.beforeTool({ id: "x", tool: "bash", does: "shell", paths: [], fingerprint: "x" });
    return writesItsWord(agent);
  });
  expect(report.outcome).toEqual({ done: true });
});

test("an attempt whose checkpoints were looked at in part says so, once", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", files: ["words/*"] }], verify: [] });
  const many = (name: string) =>
    Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`words/${name}${n}.txt`, `${name} ${n}\n`]));
  const { progress } = await track.implement(async (agent) => {
    await savedWrites(agent, [many("a"), many("b")]);
    return writesItsWord(agent);
  });
  expect(progress.match(/20 changed files were not looked at for a checkpoint/g)).toHaveLength(1);
  expect(progress.match(/not looked at/g)).toHaveLength(1);
  const degraded = (await checkpointsOf(track)).map(({ validation }) => validation.degraded);
  expect(degraded.slice(0, 2)).toEqual(["sampled", "sampled"]);
}, 30_000);

test("a task that was given up goes on from a checkpoint in the same run, and those that needed it are done after all", async () => {
  const acceptance = [{ run: `grep -qx good ${WORD}` }];
  await using track = await makeTrack({
    tasks: [
      { id: "T001", acceptance },
      { id: "T002", depends_on: ["T001"] },
      { id: "T003", depends_on: ["T002"] },
      { id: "T004" },
    ],
    verify: [],
  });
  const working = Promise.withResolvers<void>();
  const run = track.implement(
    scripted({
      T001: async (agent) => {
        if (agent.turn === 1) await savedWrites(agent, [{ [WORD]: "bad\n" }]);
        else await agent.write({ [WORD]: "good\n" });
        return undefined;
      },
      T004: async (agent) => {
        if (agent.turn > 1) return writesItsWord(agent);
        working.resolve();
        return agent.hang();
      },
    }),
    { options: { maxAttempts: 1, maxSelfCorrections: 0 }, flags: { workers: 2 } },
  );
  await working.promise;
  await until("T003 to be skipped", async () => (await eventsOf(track, "task_skipped")).length === 2);
  const [first] = await checkpointsOf(track);
  await rollback(track, first?.id ?? "");
  expect((await run).report.outcome).toEqual({ done: true });
  expect(Object.values(await track.statuses())).toEqual(["complete", "complete", "complete", "complete"]);
}, 30_000);
