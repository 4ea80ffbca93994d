import { describe, expect, test } from "bun:test";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UNCONFINED } from "../../../src/core/confinement.ts";
import { type CheckSurroundings, describeFailedCheck, runChecks } from "../../../src/verification/commandCheck.ts";
import { knownFailures } from "../../../src/verification/failureFingerprints.ts";

const check = async (commands: readonly string[], changes: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  (
    await runChecks(commands, {
      directory: tmpdir(),
      environment: { PATH: process.env.PATH ?? "" },
      confinement: UNCONFINED,
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      ...changes,
    })
  ).failed;

test("commands that all end with 0 pass", async () => {
  expect(await check(["true", "test 1 = 1"])).toBeUndefined();
  expect(await check([])).toBeUndefined();
});

test("the first that does not is named, with the end of what it printed; later ones do not run", async () => {
  const failed = await check(["true", "echo out; echo why >&2; exit 3", "echo never; exit 4"]);
  expect(failed).toMatchObject({ how: "failed with exit status 3", output: "out\nwhy", aborted: false });
  expect(describeFailedCheck({ ...must(failed), command: "x" })).toBe("'x' failed with exit status 3: why");
});

test("of long output the end is kept, in whole lines", async () => {
  const { output } = must(await check(["seq 1 100000; exit 1"]));
  expect(Buffer.byteLength(output)).toBeLessThanOrEqual(4_000);
  expect(output).toEndWith("\n99999\n100000");
  expect(output.split("\n")[0]).toMatch(/^\d{5}$/);
});

test("one last line longer than all that is kept is cut, not lost", async () => {
  const { output } = must(await check(["head -c 9000 /dev/zero | tr '\\0' x; echo; printf %09000d 7; exit 1"]));
  expect(output).toEndWith("7");
  expect(Buffer.byteLength(output)).toBeLessThanOrEqual(4_000);
});

test("a command that does not end in time fails, and is no interruption", async () => {
  const failed = must(await check(["sleep 30"], { timeoutMs: 50 }));
  expect(failed).toMatchObject({ how: "did not end within 0.05 s", aborted: false });
});

test("a check that is stopped from outside says so: it is no verdict", async () => {
  expect(must(await check(["true"], { signal: AbortSignal.abort() })).aborted).toBe(true);
});

test("commands see no credential of the surrounding process", async () => {
  process.env.MAC_TEST_TOKEN = "secret";
  try {
    expect(await check(['test -z "$MAC_TEST_TOKEN"'])).toBeUndefined();
  } finally {
    delete process.env.MAC_TEST_TOKEN;
  }
});

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("expected a failed check");
  return value;
}

describe("a command that fails", () => {
  test("is run once more, and is flaky when it passes then", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mac-check-"));
    const outcome = await runChecks(["test -e seen || { touch seen; exit 1; }", "true"], at(directory));
    expect(outcome.failed).toBeUndefined();
    expect(outcome.results.map(({ flaky }) => flaky)).toEqual([true, undefined]);
    const second = await runChecks(["echo x >> runs; false"], at(directory));
    expect(second.failed).toBeDefined();
    expect(await readFile(join(directory, "runs"), "utf8")).toBe("x\nx\n");
  });

  test("is not run again where a failure is looked for, or when it used up its time", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mac-check-"));
    await runChecks(["echo x >> a; false"], at(directory), { retryFlaky: false });
    const slow = await runChecks(["echo x >> b; sleep 30"], { ...at(directory), timeoutMs: 300 });
    expect(slow.failed).toMatchObject({ hasVerdict: false, fingerprints: ["ended: did not end within 0.3 s"] });
    expect(await readFile(join(directory, "a"), "utf8")).toBe("x\n");
    expect(await readFile(join(directory, "b"), "utf8")).toBe("x\n");
  });

  test("gives its tests and first failures out of all that it printed, not of the end that is kept", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mac-check-"));
    await writeFile(
      join(directory, "out"),
      `a.ts(3,1): error TS1: wrong\n${"x\n".repeat(9_000)} 2 pass\n 1 fail\nRan 3 tests across 1 file.\n`,
    );
    const { failed, results } = await runChecks(["cat out; exit 1"], at(directory));
    expect(failed?.assertions).toEqual([{ says: "TS1: wrong", file: "a.ts", line: 3 }]);
    expect(failed?.output).not.toContain("TS1");
    expect(results[0]?.tests).toEqual({ runner: "bun", passed: 2, failed: 1, skipped: 0 });
    expect(failed?.fingerprints).toEqual(["error: a.ts: TS1: wrong"]);
  });
});

describe("failures of the base", () => {
  const red = "echo 'a.ts(3,1): error TS1: wrong'; exit 1";

  test("are collected from all commands, and do not fail a check again", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mac-check-"));
    const base = await runChecks([red, "true", "exit 4"], at(directory), { runAll: true });
    expect(base.results.map(({ failed }) => failed === undefined)).toEqual([false, true, false]);
    const known = knownFailures(base.results.flatMap(({ failed }) => (failed === undefined ? [] : [failed])));
    const later = await runChecks([red, "exit 4"], at(directory), { known });
    expect(later.failed).toBeUndefined();
    expect(later.results[0]?.failed?.assertions).toHaveLength(1);
  });

  test("leave room for new ones, which fail it", async () => {
    const directory = await mkdtemp(join(tmpdir(), "mac-check-"));
    const command = "cat out; exit 1";
    await writeFile(join(directory, "out"), "a.ts(3,1): error TS1: wrong\n");
    const base = await runChecks([command], at(directory), { runAll: true });
    const known = knownFailures(base.results.flatMap(({ failed }) => (failed === undefined ? [] : [failed])));
    await writeFile(join(directory, "out"), "a.ts(9,1): error TS1: wrong\nb.ts(1,1): error TS2: worse\n");
    expect((await runChecks([command], at(directory), { known })).failed?.command).toBe(command);
    await writeFile(join(directory, "out"), "a.ts(9,1): error TS1: wrong\n");
    expect((await runChecks([command], at(directory), { known })).failed).toBeUndefined();
  });
});

function at(directory: string): CheckSurroundings {
  const environment = { PATH: process.env.PATH ?? "" };
  const signal = new AbortController().signal;
  return { directory, environment, confinement: UNCONFINED, timeoutMs: 10_000, signal };
}
