import { expect, setDefaultTimeout, test } from "bun:test";
import { pauseCommand } from "../../../src/commands/pauseCommand.ts";
import type { PauseFlags } from "../../../src/commands/pauseReport.ts";
import { deferred } from "../../../src/core/deferred.ts";
import { ScriptedRunner } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";
import { until } from "../../support/until.ts";

setDefaultTimeout(60_000);

function pause(track: Track, flags: Partial<PauseFlags> = {}) {
  const context = track.context(new ScriptedRunner(writesItsWord), {});
  return pauseCommand({ task: undefined, trackId: undefined, off: false, ...flags }, context);
}

/** What the journals hold of these types, in order. */
async function recorded(track: Track, ...types: string[]) {
  const lines = (await track.journals()).trim().split("\n");
  const events = lines.map(
    (line) => (JSON.parse(line) as { event: { type: string; task?: string; cause?: string } }).event,
  );
  return events.filter(({ type }) => types.includes(type)).map(({ type, task, cause }) => [type, task ?? cause, cause]);
}

test("a paused run: the tool that runs ends, its work is saved, that is acknowledged, nothing starts; then all goes on", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002" }] });
  const [inTool, endTool, atNextTool, heard] = [deferred<void>(), deferred<void>(), deferred<void>(), deferred<void>()];
  const done: string[] = [];
  const running = track.implement(
    scripted({
      T001: async (agent) => {
        await agent.use("write", { does: "write", paths: [fileOf("T001")] }, async () => {
          inTool.resolve();
          await endTool.promise;
          await agent.write({ [fileOf("T001")]: "half\n" });
        });
        atNextTool.resolve();
        await agent.edit(fileOf("T001"), "word\n");
        done.push("second tool");
        return undefined;
      },
    }),
    { flags: { workers: 1 }, onProgress: (line) => line.includes("paused: what runs ends first") && heard.resolve() },
  );
  await inTool.promise;
  const asking = pause(track);
  await heard.promise;
  expect(await recorded(track, "agent_held")).toEqual([]);
  endTool.resolve();

  const { text, outcome } = await asking;
  await atNextTool.promise;
  expect(outcome).toEqual({ done: true });
  expect(text).toContain("1 agent held (T001)");
  expect((await track.status()).text).toMatch(/paused in process[\s\S]*T001 {2}working, held/);
  expect(await recorded(track, "checkpoint_taken", "agent_held")).toEqual([
    ["checkpoint_taken", "T001", "pause"],
    ["agent_held", "T001", undefined],
  ]);
  expect(done).toEqual([]);

  expect((await pause(track, { off: true })).text).toBe("track words goes on.");
  expect((await running).report.outcome).toEqual({ done: true });
  expect(await recorded(track, "agent_released")).toHaveLength(1);
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "complete" });
});

test("a paused task is not started, and its pause waits with the run; the others land meanwhile", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }, { id: "T003" }],
  });
  const [asked, goOn] = [deferred<void>(), deferred<void>()];
  const running = track.implement(
    scripted({
      T001: async (agent) => {
        asked.resolve();
        await goOn.promise;
        return writesItsWord(agent);
      },
    }),
  );
  await asked.promise;
  expect((await pause(track, { task: "T002" })).text).toBe(
    "Paused: T002. No agent is at work. 'pause --task=T002 --off' lets it go on.",
  );
  goOn.resolve();
  await until("the others to land", async () => (await recorded(track, "task_landed")).length === 2);
  await until("the hold to be told", async () => (await track.status()).text.includes("T002"));
  expect((await recorded(track, "attempt_started")).map(([, task]) => task).sort()).toEqual(["T001", "T003"]);

  await pause(track, { task: "T002", off: true });
  const { report, runner } = await running;
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks.at(-1)).toBe("T002");
});

test("interrupted while it is paused: implement goes on, and nothing is paused any more", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const abort = new AbortController();
  const inTool = deferred<void>();
  const running = track.implement(
    async (agent) => {
      await agent.edit(fileOf("T001"), "half\n");
      inTool.resolve();
      const refusal = await agent.use("read", { does: "read" });
      return refusal === undefined ? agent.hang() : undefined;
    },
    { signal: abort.signal },
  );
  await inTool.promise;
  await pause(track);
  abort.abort();
  expect((await running).report.outcome).toMatchObject({ done: false });
  expect(await track.heldLocks()).toEqual([]);

  expect((await track.implement(writesItsWord)).report.outcome).toEqual({ done: true });
});

test("an agent whose time is up is saved before it is ended", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  await track.implement(
    async (agent) => {
      await agent.edit(fileOf("T001"), "half\n");
      return { status: "timeout", message: "no answer within 600 s" };
    },
    { options: { maxAttempts: 1 } },
  );
  expect(await recorded(track, "checkpoint_taken", "agent_finished")).toEqual([
    ["checkpoint_taken", "T001", "timeout"],
    ["agent_finished", "T001", undefined],
  ]);
});

test("pause refuses where it cannot mean anything, and says what there is", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  await expect(pause(track)).rejects.toThrow("Nothing is under way");
  const [asked, goOn] = [deferred<void>(), deferred<void>()];
  const running = track.implement(async (agent) => {
    asked.resolve();
    await goOn.promise;
    return writesItsWord(agent);
  });
  await asked.promise;
  await expect(pause(track, { task: "T009" })).rejects.toThrow("no task 'T009'; it has T001");
  await expect(pause(track, { trackId: "other" })).rejects.toThrow("what is: words");
  goOn.resolve();
  await running;
});

test("a model that is asked for edits is held before its next request, and answers once it is released", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const [asked, goOn] = [deferred<void>(), deferred<void>()];
  const edits = (content: string, path = fileOf("T001")) =>
    ({ status: "success", text: "", structured: { edits: [{ path, content }] } }) as const;
  const running = track.implement(
    async ({ corrections }) => {
      if (corrections.length > 0) return edits("word\n");
      asked.resolve();
      await goOn.promise;
      return edits("word\n", "elsewhere.txt");
    },
    { flags: { mode: "patch" } },
  );
  await asked.promise;
  expect((await pause(track)).text).toContain("1 agent held (T001)");
  goOn.resolve();
  await pause(track, { off: true });
  expect((await running).report.outcome).toEqual({ done: true });
  expect(await recorded(track, "agent_held", "agent_released")).toHaveLength(2);
});

test("what a person had paused is named at the end of a run that did not do it", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }] });
  const { report } = await track.implement(async (agent) => {
    if (agent.turn === 1) await pause(track, { task: "T002" });
    return undefined;
  });
  expect(report.outcome).toMatchObject({
    done: false,
    reason: expect.stringContaining("Not done: T001, T002. Paused: T002, until implement is run again. To try again"),
  });
});
