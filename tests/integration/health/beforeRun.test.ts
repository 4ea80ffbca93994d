import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { CommandReport } from "../../../src/core/commandContext.ts";
import { deferred } from "../../../src/core/deferred.ts";
import { ControlRepository } from "../../../src/git/controlRepository.ts";
import { checkBeforeRun, type Health } from "../../../src/implementation/health/healthChecks.ts";
import type { WholeLoop } from "../../../src/implementation/health/smokeTest.ts";
import { implementUnchecked } from "../../../src/implementation/implementCommand.ts";
import { readScene } from "../../../src/implementation/implementScene.ts";
import { leaseGate } from "../../../src/implementation/slots/leasedGate.ts";
import { fails, ScriptedRunner } from "../../support/scriptedRunner.ts";
import { fileOf, makeTrack, type RunSettings, type Track, VERIFY, writesItsWord } from "../../support/track.ts";
import { until } from "../../support/until.ts";

interface Settings extends RunSettings {
  readonly loop?: WholeLoop;
  readonly diskFree?: number;
  readonly notice?: string;
}

/** Checks what `implement` checks before its first task. */
async function check(track: Track, settings: Settings = {}): Promise<Health> {
  const { diskFree = 5e9, loop = implementUnchecked, notice, onProbe } = settings;
  const runner = new ScriptedRunner(writesItsWord);
  if (onProbe !== undefined) runner.onProbe = onProbe;
  const context = track.context(runner, settings);
  const flags = { backlogFile: "tasks/BACKLOG.yaml", dryRun: false, allowRedBase: false, ...settings.flags };
  const scene = await readScene(flags, context);
  const { git, user, state, setup } = scene;
  const control = await ControlRepository.open(git, state, user);
  const sandbox = { notice, confine: () => ({ prefix: [], environment: {} }) };
  const sources = { git, user, state, control, sandbox, context, setup, network: false, purpose: "test" };
  const { gate, release } = await leaseGate(sources);
  try {
    const { allowRedBase } = flags;
    const readMachine = async () => ({ cpu: 0, memory: 0.5, diskFree });
    return await checkBeforeRun({ scene, context, control, gate, allowRedBase, sandbox, loop, readMachine });
  } finally {
    await release();
  }
}

const refused = (checking: Promise<Health>) =>
  checking.then(
    () => "",
    (error: unknown) => String(error),
  );

/** A loop in which nothing lands. */
const BROKEN: WholeLoop = async () => ({ text: "", outcome: { done: false, reason: "Not done: T001." } });

test("with everything in order it says so for the journal, and nothing to the person", async () => {
  await using track = await makeTrack({ setup: ["true"] });
  const { event, verify, warnings } = await check(track);
  expect(warnings).toEqual([]);
  expect(verify).toEqual([VERIFY]);
  const names = [
    "git",
    "repository",
    "setup",
    "verify",
    "model test/worker",
    "disk",
    "memory",
    "sandbox",
    "smoke test",
  ];
  expect(event).toEqual({ type: "health_checked", checks: names.map((name) => ({ name, result: "ok" })) });
});

test("the smoke test is paid for once", async () => {
  await using track = await makeTrack({});
  let runs = 0;
  const counting: WholeLoop = (flags, context) => {
    runs++;
    return implementUnchecked(flags, context);
  };
  await check(track, { loop: counting });
  await check(track, { loop: counting });
  expect(runs).toBe(1);
  await check(track, { loop: counting, notice: "not kept in" });
  expect(runs).toBe(2);
  await expect(check(track, { loop: BROKEN })).resolves.toBeDefined();
  await rm(join(track.folder, "data", "multi-agent-coder", "smoke-tests"), { recursive: true });
  expect(await refused(check(track, { loop: BROKEN }))).toContain("did not go through the loop: Not done: T001 (");
});

describe("one check that fails ends it before anything is spent", () => {
  test("in one line when it is one", async () => {
    await using track = await makeTrack({ verify: ["test -f never"] });
    const message = await refused(check(track));
    expect(message).toMatch(/Nothing was started\. verify: The base is red .*'test -f never'.*--allow_red_base/);
    expect(message).not.toContain("\n");
  });

  test("with each named when there are several, and the last line for itself", async () => {
    await using track = await makeTrack({ setup: ["exit 4"] });
    const onProbe: Settings["onProbe"] = () => fails("authentication", "the key is not valid");
    const lines = (await refused(check(track, { diskFree: 1e8, onProbe, loop: BROKEN }))).split("\n");
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain("setup: a work tree cannot be made ready: 'exit 4' failed with exit status 4 (");
    expect(lines[1]).toContain("model test/worker: the key is not valid (run 'opencode auth login'");
    expect(lines[2]).toContain("disk: only 100 MB free");
    expect(lines[3]).toContain("smoke test:");
    expect(lines[4]).toMatch(/^Nothing was started: 4 checks failed \(setup, model test\/worker, disk, smoke test\)\./);
  });
});

test("what is only not well is told, and the work may begin", async () => {
  await using track = await makeTrack({});
  await track.repository.write({ [fileOf("T002")]: "draft\n" });
  const onProbe: Settings["onProbe"] = () => fails("rate_limited", "too many requests", true);
  const { event, warnings } = await check(track, { onProbe, notice: "Commands are not kept in." });
  expect(event.checks.filter(({ result }) => result === "warning").map(({ name }) => name)).toEqual([
    "repository",
    "model test/worker",
    "sandbox",
  ]);
  expect(warnings[0]).toContain(fileOf("T002"));
  expect(warnings[1]).toContain("too many requests");
  expect(warnings[2]).toBe("sandbox: Commands are not kept in");
});

test("an allowed red base goes on with the commands that can decide", async () => {
  await using track = await makeTrack({ verify: ["test -f never", VERIFY] });
  const { verify, warnings } = await check(track, { flags: { allowRedBase: true } });
  expect(verify).toEqual([VERIFY]);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("The base is red");
});

test("an interruption ends it at once, whatever is not finished", async () => {
  await using track = await makeTrack({});
  const ready = join(track.folder, "ready");
  await track.writeBacklog({ tasks: [{ id: "T001" }], verify: [`touch ${ready}; sleep 60`] });
  const abort = new AbortController();
  const stopped = deferred<CommandReport>();
  const hangs: WholeLoop = (_, { signal }) => {
    const report: CommandReport = { text: "", outcome: { done: false, reason: "stopped" } };
    signal.addEventListener("abort", () => stopped.resolve(report));
    return stopped.promise;
  };
  const checking = refused(check(track, { signal: abort.signal, loop: hangs }));
  await until("verify runs", () => Bun.file(ready).exists());
  const startedAt = performance.now();
  abort.abort();
  expect(await checking).toContain("Interrupted before the first task; nothing was changed.");
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});

test("implement begins with it: the journal has what was found, warnings are told, a failure ends it with nothing made", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const settings = { healthChecks: true, options: { sandbox: "off" } };
  const locked = track.implement(writesItsWord, { ...settings, onProbe: () => fails("authentication", "no such key") });
  await expect(locked).rejects.toThrow(/^Nothing was started\. model test\/worker: no such key/);
  expect(await track.repository.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");

  const { progress, report, runner } = await track.implement(writesItsWord, settings);
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks).toEqual(["T001"]);
  expect(progress.match(/sandbox is off/g)).toHaveLength(1);
  expect(await track.journals()).toContain('"type":"health_checked","checks":[{"name":"git","result":"ok"}');
});
