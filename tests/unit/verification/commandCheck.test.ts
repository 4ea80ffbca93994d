import { expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { UNCONFINED } from "../../../src/core/confinement.ts";
import { describeFailedCheck, runChecks } from "../../../src/verification/commandCheck.ts";

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
