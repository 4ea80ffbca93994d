import { describe, expect, test } from "bun:test";
import { afterPassing, baselineOf } from "../../../../src/implementation/landing/baseline.ts";
import type { FailedCheck } from "../../../../src/verification/commandCheck.ts";
import { newFailures } from "../../../../src/verification/failureFingerprints.ts";

const COMMAND = "npm test";

function failing(fingerprints: readonly string[], more: Partial<FailedCheck> = {}): FailedCheck {
  const base = { command: COMMAND, how: "failed with exit status 1", output: "", aborted: false, hasVerdict: true };
  return { ...base, assertions: [], fingerprints, ...more };
}

const tests = (...names: string[]) => names.map((name) => `test: ${name}`);

/** Failed tests, as a runner that counts them says it. */
const counted = (...names: string[]) =>
  failing(tests(...names), { tests: { runner: "node:test", passed: 1, failed: names.length, skipped: 0 } });

function measured(first: FailedCheck | undefined, second: FailedCheck | undefined) {
  return baselineOf([{ command: COMMAND, first, second }]);
}

describe("what decides about landing", () => {
  test.each([
    ["a command that passes", undefined, undefined, true],
    ["one whose failures are understood", failing(tests("a")), failing(tests("a")), true],
    ["one whose lines stay the same", failing(["line: x fails"]), failing(["line: x fails"]), true],
    ["one whose unread lines differ", failing(["line: x fails"]), failing(["line: y fails"]), false],
    ["one that only ends badly", failing(["ended: 1", "output: 12"]), failing(["ended: 1", "output: 12"]), false],
    ["one that is killed", failing(["ended: SIGKILL"]), failing(["ended: SIGKILL"]), false],
    [
      "one that takes too long",
      failing(tests("a"), { hasVerdict: false }),
      failing(tests("a"), { hasVerdict: false }),
      false,
    ],
    ["one that says nothing and passes the second time", failing(["ended: 1"]), undefined, true],
  ])("%s", (_, first, second, decides) => {
    const { deciding, undecidable } = measured(first, second);
    expect({ deciding, undecidable }).toEqual(
      decides ? { deciding: [COMMAND], undecidable: [] } : { deciding: [], undecidable: [COMMAND] },
    );
  });
});

describe("what may go on failing", () => {
  const known = (red: ReturnType<typeof baselineOf>["red"]) => red.map((one) => one.known);

  test("is what failed in either run, and no more", () => {
    const { red } = measured(counted("a", "b"), counted("a"));
    expect(newFailures(known(red), counted("a", "b"))).toEqual([]);
    expect(newFailures(known(red), counted("b"))).toEqual([]);
    expect(newFailures(known(red), counted("c"))).toEqual(tests("c"));
  });

  test("shrinks to what still fails once a commit has passed; what came and went stays", () => {
    const { red } = measured(counted("a", "b", "sometimes"), counted("a", "b"));
    const after = afterPassing(red, [{ command: COMMAND, durationMs: 1, failed: counted("b") }]);
    expect(newFailures(known(after), counted("b"))).toEqual([]);
    expect(newFailures(known(after), counted("b", "sometimes"))).toEqual([]);
    expect(newFailures(known(after), counted("a", "b"))).toEqual(tests("a"));
  });

  test("is nothing once all of it has passed, and stays while the command was not run", () => {
    const { red } = measured(counted("a"), counted("a"));
    expect(afterPassing(red, [])).toEqual(red);
    expect(afterPassing(red, [{ command: COMMAND, durationMs: 1 }])).toEqual([]);
  });
});
