import { describe, expect, test } from "bun:test";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { optionsSchema } from "../../../src/config.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { probeSandbox } from "../../../src/core/sandbox.ts";
import { ControlRepository } from "../../../src/git/controlRepository.ts";
import { Git } from "../../../src/git/gitProcess.ts";
import { inspectRepository } from "../../../src/git/userRepository.ts";
import { baseChecks } from "../../../src/implementation/health/baseChecks.ts";
import { startingPoint } from "../../../src/implementation/health/verifyBase.ts";
import { type LeasedGate, leaseGate } from "../../../src/implementation/slots/leasedGate.ts";
import { checkInstruments, type HealthFinding } from "../../../src/verification/instrumentationChecker.ts";
import type { FileTree } from "../../support/repository.ts";
import { makeTrack, type Track } from "../../support/track.ts";
import { until } from "../../support/until.ts";

interface CheckedBase extends AsyncDisposable {
  readonly findings: readonly HealthFinding[];
  /** What decides about landing, as far as a red base was allowed. */
  readonly deciding: readonly string[];
  /** Commits the files and says why that may not land; undefined: it may. */
  blocks(files: FileTree): Promise<string | undefined>;
}

interface Commands {
  readonly setup?: readonly string[];
  readonly verify: readonly string[];
  readonly allowRedBase?: boolean;
  readonly signal?: AbortSignal;
}

/** Checks the base of a track's repository in a gate, as `implement` does. */
async function checkBase(track: Track, { allowRedBase = false, setup = [], verify, ...more }: Commands) {
  const signal = more.signal ?? new AbortController().signal;
  const { environment, repository } = track;
  const git = new Git(environment);
  const user = await inspectRepository(git, await realpath(repository.path));
  const state = await track.state();
  const control = await ControlRepository.open(git, state, user);
  const sandbox = await probeSandbox("off", environment);
  if (!sandbox.ok) throw new Error(sandbox.failure);
  const options = optionsSchema.parse({ taskTimeoutSeconds: 60 });
  const context = { environment, options, clock: systemClock, signal };
  const sources = {
    git,
    user,
    state,
    control,
    sandbox: sandbox.value,
    context,
    setup,
    network: false,
    purpose: "test",
  };
  const leased: LeasedGate = await leaseGate(sources);
  const { gate } = leased;
  let deciding = verify;
  const checks = baseChecks({
    gate,
    start: await startingPoint(git, user, control, "words"),
    setup,
    verify,
    allowRedBase,
    commandLimitMs: 60_000,
    onBaseline: (baseline) => {
      deciding = baseline.deciding;
      gate.tolerate(baseline.red);
    },
  });
  const findings = await checkInstruments(checks, signal);
  const checked: CheckedBase = {
    findings,
    deciding,
    blocks: async (files) => {
      await repository.write(files);
      const failed = await gate.check(await repository.commit("More"), deciding);
      return failed?.fingerprints.join("\n");
    },
    [Symbol.asyncDispose]: () => leased.release(),
  };
  return checked;
}

function resultsOf({ findings }: CheckedBase) {
  return Object.fromEntries(findings.map(({ name, result }) => [name, result]));
}

const NODE_TEST = ["node --test"];

/** A file of node's own tests, each a number that has to be 1. */
function tests(values: Readonly<Record<string, number>>): FileTree {
  const lines = Object.entries(values).map(([name, value]) => `test("${name}", () => assert.equal(${value}, 1));`);
  const text = ['import { test } from "node:test";', 'import assert from "node:assert";', ...lines, ""].join("\n");
  return { "sums.test.mjs": text };
}

describe("a red base", () => {
  const files = tests({ old: 2, fine: 1 });

  test("is refused with the command and what to do", async () => {
    await using track = await makeTrack({ files });
    await using base = await checkBase(track, { verify: NODE_TEST });
    expect(resultsOf(base)).toEqual({ setup: "skipped", verify: "failed" });
    expect(base.findings[1]).toMatchObject({
      says: expect.stringContaining("The base is red before anything was changed: 'node --test' failed"),
      mend: expect.stringContaining("--allow_red_base"),
    });
  });

  test("that is allowed blocks new failures, whatever becomes of the old ones; a mended one is new when it returns", async () => {
    await using track = await makeTrack({ files });
    await using base = await checkBase(track, { verify: NODE_TEST, allowRedBase: true });
    expect(resultsOf(base)).toEqual({ setup: "skipped", verify: "warning" });
    expect(base.deciding).toEqual(NODE_TEST);

    expect(await base.blocks({ "other.txt": "x\n" })).toBeUndefined();
    expect(await base.blocks(tests({ old: 2, fine: 3 }))).toContain("fine");
    expect(await base.blocks(tests({ old: 5, fine: 1 }))).toBeUndefined();
    expect(await base.blocks(tests({ old: 1, fine: 1 }))).toBeUndefined();
    expect(await base.blocks(tests({ old: 2, fine: 1 }))).toContain("old");
  });

  test("goes without a command that says nothing of what fails, and with the others", async () => {
    await using track = await makeTrack({ files });
    const verify = ["test -f never", 'test "$(cat words/first.txt)" = first', ...NODE_TEST];
    await using base = await checkBase(track, { verify, allowRedBase: true });
    expect(base.deciding).toEqual(verify.slice(1));
    expect(base.findings[1]?.says).toContain("test -f never decides about nothing");
    expect(await base.blocks({ "words/first.txt": "second\n" })).toContain("ended: failed with exit status 1");
  });
});

describe("a flaky base", () => {
  /** Fails each second time, from the first. */
  const flaky = (track: Track, says: string) => {
    const file = join(track.folder, "again");
    return `if rm "${file}" 2>/dev/null; then exit 0; else touch "${file}"; echo "${says}"; exit 1; fi`;
  };

  test("is not red, and named", async () => {
    await using track = await makeTrack({});
    const command = flaky(track, "error: no luck");
    await using base = await checkBase(track, { verify: [command] });
    expect(base.findings[1]).toMatchObject({ result: "warning", says: expect.stringContaining("flaky") });
  });

  test("that is allowed never blocks with what comes and goes", async () => {
    await using track = await makeTrack({});
    const numbered = `n=$(cat "${track.folder}/n" 2>/dev/null || echo 0); n=$((n+1)); echo $n > "${track.folder}/n"`;
    const output = (name: string) => `echo "not ok 1 - ${name}"`;
    const sometimes = `if [ $((n % 2)) = 0 ]; then ${output("sometimes")}; fi`;
    const command = `${numbered}; echo "TAP version 13"; ${output("always")}; ${sometimes}; exit 1`;
    await using base = await checkBase(track, { verify: [command], allowRedBase: true });
    for (const round of ["1", "2", "3", "4"]) expect(await base.blocks({ "round.txt": round })).toBeUndefined();
  });
});

test("a setup that fails is named, and verify is not run after it", async () => {
  await using track = await makeTrack({});
  const ran = join(track.folder, "ran");
  await using base = await checkBase(track, {
    setup: ["true", "echo no such package; exit 7"],
    verify: [`touch ${ran}`],
  });
  expect(base.findings[0]).toMatchObject({
    result: "failed",
    says: expect.stringMatching(/'echo no such package; exit 7' failed with exit status 7: no such package/),
  });
  expect(base.findings[1]).toMatchObject({ result: "skipped", says: "needs 'setup'" });
  expect(await Bun.file(ran).exists()).toBe(false);
});

test("verify runs in what setup has made, which runs once", async () => {
  await using track = await makeTrack({});
  const count = join(track.folder, "count");
  await using base = await checkBase(track, { setup: [`echo x >> ${count}; touch made`], verify: ["test -f made"] });
  expect(resultsOf(base)).toEqual({ setup: "ok", verify: "ok" });
  expect(await Bun.file(count).text()).toBe("x\n");
});

test("an interruption ends a check that hangs", async () => {
  await using track = await makeTrack({});
  const abort = new AbortController();
  const ready = join(track.folder, "ready");
  const checking = checkBase(track, { verify: [`touch ${ready}; sleep 60`], signal: abort.signal });
  await until("the command runs", () => Bun.file(ready).exists());
  const startedAt = performance.now();
  abort.abort();
  await using base = await checking;
  expect(resultsOf(base)).toEqual({ setup: "skipped", verify: "skipped" });
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});
