import { describe, expect, test } from "bun:test";
import { outputLines } from "../../../src/verification/outputLines.ts";
import { testResults as resultsOf, type TestResults } from "../../../src/verification/testResults.ts";
import { printed } from "./printed.ts";

const testResults = (output: string) => resultsOf(outputLines(output));
const counts = (runner: string, passed: number, failed: number, skipped: number, coverage?: number): TestResults => ({
  runner,
  passed,
  failed,
  skipped,
  ...(coverage === undefined ? {} : { coverage }),
});

describe("reads what runners print", () => {
  const PRINTED: Readonly<Record<string, TestResults>> = {
    "node-spec": counts("node:test", 1, 3, 2),
    "node-spec-cov": counts("node:test", 1, 3, 2, 100),
    "node-tap-cov": counts("node:test", 1, 3, 2, 100),
    "node-bad": counts("node:test", 0, 1, 0),
    "bun-cov": counts("bun", 1, 2, 2, 100),
    "bun-color": counts("bun", 1, 2, 2),
    "bun-bad": counts("bun", 0, 1, 0),
    vitest: counts("vitest", 1, 2, 2),
    "vitest-color": counts("vitest", 1, 2, 2),
    "vitest-bad": counts("vitest", 0, 1, 0),
    "jest-cov": counts("jest", 1, 2, 2, 100),
    "jest-color": counts("jest", 1, 2, 2),
    "jest-bad": counts("jest", 0, 1, 0),
    pytest: counts("pytest", 2, 3, 2),
    "pytest-q": counts("pytest", 2, 3, 2),
    "pytest-v": counts("pytest", 2, 3, 2),
    "pytest-bad": counts("pytest", 0, 1, 0),
    "pytest-none": counts("pytest", 0, 0, 0),
    go: counts("go", 0, 3, 0),
    "go-v": counts("go", 2, 3, 1, 100),
    "go-json": counts("go", 2, 3, 1),
    "go-ok": counts("go", 1, 0, 0, 66.7),
    "go-bad": counts("go", 0, 1, 0),
  };
  for (const [name, expected] of Object.entries(PRINTED)) {
    test(name, () => expect(testResults(printed(name))).toEqual(expected));
  }

  const WRITTEN: readonly (readonly [string, TestResults])[] = [
    [" 3 pass\n 0 fail\nRan 3 tests across 1 files. [12.00ms]", counts("bun", 3, 0, 0)],
    ["Tests:       5 passed, 5 total", counts("none", 0, 0, 0)],
    ["==== 2 passed, 1 xpassed, 3 warnings in 75.20s (0:01:15) ====", counts("pytest", 3, 0, 0)],
    ["no tests ran in 0.01s", counts("pytest", 0, 0, 0)],
    ["TOTAL     120     18    85%\n12 passed in 1.20s", counts("pytest", 12, 0, 0, 85)],
    [
      "ok  \ta\t0.1s\tcoverage: 80.0% of statements\nok  \tb\t(cached)\tcoverage: 60.0% of statements",
      counts("go", 2, 0, 0, 70),
    ],
    ["ok  \ta\t0.1s [no tests to run]\n?   \tb\t[no test files]\nok  \tc\t0.2s", counts("go", 1, 0, 0)],
    ["ℹ tests 2\r\nℹ pass 2\r\nℹ fail 0\r\nℹ duration_ms 9.1\r\n", counts("node:test", 2, 0, 0)],
  ];
  for (const [output, expected] of WRITTEN) {
    const name = JSON.stringify(output).slice(0, 60);
    test(name, () => expect(testResults(output)).toEqual(expected.runner === "none" ? undefined : expected));
  }
});

test("several runs in one output are added, the lowest coverage counts", () => {
  const both = `${printed("bun-cov")}\n${printed("jest-cov")}\n${printed("go-ok")}`;
  expect(testResults(both)).toEqual(counts("bun+jest+go", 3, 4, 4, 66.7));
  expect(testResults(`${printed("pytest")}${printed("pytest-q")}`)).toEqual(counts("pytest", 4, 6, 4));
});

test("what is no whole summary says nothing", () => {
  for (const name of ["eslint", "tsc", "gcc", "mocha", "node-dot", "unittest"]) {
    expect(testResults(printed(name))).toBeUndefined();
  }
  const almost = [
    "",
    "5 passed",
    " 3 pass",
    "Tests 3 passed (3)",
    "# pass 3",
    "3 apples, 2 pears in 0.5s",
    "{}",
    '{"Action":1}',
  ];
  for (const output of almost) expect(testResults(output)).toBeUndefined();
});

test("takes time in proportion to the output, whatever it holds", () => {
  const hostile = [
    "(",
    "\u{1b}[;;;",
    " 1 pass\n",
    "Tests:  1 failed, ",
    "1 failed, ",
    '{"Action":',
    " ",
    "=",
    "\r",
    "ok \t",
  ];
  for (const piece of hostile) {
    const started = performance.now();
    testResults(piece.repeat(1_000_000 / piece.length));
    expect(performance.now() - started).toBeLessThan(1_500);
  }
});
