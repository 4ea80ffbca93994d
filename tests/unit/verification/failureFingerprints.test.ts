import { describe, expect, test } from "bun:test";
import type { FailedCheck } from "../../../src/verification/commandCheck.ts";
import { findFailures } from "../../../src/verification/failedAssertions.ts";
import { failureFingerprints, knownFailures, newFailures } from "../../../src/verification/failureFingerprints.ts";
import { outputLines } from "../../../src/verification/outputLines.ts";
import { testResults } from "../../../src/verification/testResults.ts";
import { PROJECT, printed } from "./printed.ts";

function failed(output: string, how = "failed with exit status 1"): FailedCheck {
  const lines = outputLines(output);
  const failures = findFailures(lines, PROJECT);
  const fingerprints = failureFingerprints(failures, lines, how);
  return {
    command: "c",
    how,
    output,
    aborted: false,
    hasVerdict: true,
    assertions: [],
    fingerprints,
    tests: testResults(lines),
  };
}
const added = (before: string, now: string) => newFailures(knownFailures([failed(before)]), failed(now));

const RUNS = [
  "node-spec",
  "node-tap-cov",
  "bun-cov",
  "jest-cov",
  "vitest",
  "pytest",
  "go",
  "go-v",
  "tsc",
  "gcc",
  "eslint",
];

describe("with --allow_red_base", () => {
  for (const name of RUNS) {
    test(`${name}: the same failures are not new when times and lines have moved`, () => {
      const moved = printed(name)
        .replace(/\d+(\.\d+)?(?=m?s\b)/gu, "7")
        .replace(/^( +)(\d+)(?=:\d+ +error)/gmu, (_, indent: string, line: string) => `${indent}${Number(line) + 40}`)
        .replace(/((?:\.[a-z]+)[:(])(\d+)/gu, (_, before: string, line: string) => `${before}${Number(line) + 40}`);
      expect(moved).not.toBe(printed(name));
      expect(added(printed(name), moved)).toEqual([]);
    });
  }

  test("one more failing test is new, one fewer is not", () => {
    const two = "(fail) a [1ms]\n(fail) b [2ms]\n 1 pass\n 2 fail\nRan 3 tests across 1 file.";
    const three = "(fail) a [1ms]\n(fail) b [2ms]\n(fail) c [2ms]\n 0 pass\n 3 fail\nRan 3 tests across 1 file.";
    expect(added(two, three)).toEqual(["test: c"]);
    expect(added(three, two)).toEqual([]);
  });

  test("a test that failed before may fail in another way", () => {
    const fails = (why: string) =>
      `error: ${why}\n      at <anonymous> (/home/dev/project/a.test.ts:4:2)\n(fail) a [1ms]`;
    expect(added(fails("expected 1"), fails("expected 2"))).toEqual([]);
  });

  test("a second error like the first is new", () => {
    const one = "a.ts(1,1): error TS1: x\n";
    expect(added(one, `${one}a.ts(5,1): error TS1: x\n`)).toEqual(["error: a.ts: TS1: x (2)"]);
  });

  test("more failed tests than before are new, though each is known", () => {
    const run = (count: number) => `(fail) a [1ms]\n 1 pass\n ${count} fail\nRan 9 tests across 1 file.`;
    expect(added(run(1), run(2))).toEqual(["2 tests failed, 1 on the base"]);
  });

  test("where nothing is understood, other words are new; other times, numbers and temporary paths are not", () => {
    expect(added("no luck in /tmp/a1b2/x after 12 ms", "no luck in /tmp/zzz9/x after 9 ms")).toEqual([]);
    expect(added("no luck", "no chance")).toHaveLength(1);
    expect(newFailures(knownFailures([failed("x")]), failed("x", "failed with exit status 2"))).not.toEqual([]);
  });

  test("a command that passed on the base, or was stopped now, is new", () => {
    expect(newFailures([], failed("x"))).not.toEqual([]);
    expect(newFailures(knownFailures([failed("x")]), { ...failed("x"), aborted: true })).not.toEqual([]);
  });
});
