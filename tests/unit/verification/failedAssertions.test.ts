import { describe, expect, test } from "bun:test";
import { failedAssertions, findFailures } from "../../../src/verification/failedAssertions.ts";
import { outputLines } from "../../../src/verification/outputLines.ts";
import { PROJECT, printed } from "./printed.ts";

const assertions = (output: string) => failedAssertions(findFailures(outputLines(output), PROJECT));

/** Test, file, line and a part of what is said, of the first failures in each output. */
const FIRST: Readonly<Record<string, readonly (readonly [string | undefined, string, number | undefined, string])[]>> =
  {
    "node-spec": [
      ["adds negatives", "sum.test.js", 4, "1 !== -3"],
      ["deep", "sum.test.js", 5, "a: 3"],
      ["throws", "sum.test.js", 6, "boom second line"],
    ],
    "node-tap-cov": [
      ["adds negatives", "sum.test.js", 4, "1 !== -3"],
      ["deep", "sum.test.js", 5, "a: 3"],
      ["throws", "sum.test.js", 6, "boom"],
    ],
    "node-dot": [["adds negatives", "sum.test.js", 4, "1 !== -3"]],
    "node-bad": [[undefined, "bad.test.js", 1, "SyntaxError: Unexpected identifier"]],
    "bun-cov": [
      ["group > deep > arrow", "sum.test.ts", 4, '"a": -2'],
      ["throws", "sum.test.ts", 6, "TypeError: boom"],
    ],
    "bun-color": [["group > deep > arrow", "sum.test.ts", 4, '"a": -2']],
    "bun-bad": [[undefined, "bad.test.ts", undefined, "Cannot find module './nope.ts'"]],
    "jest-cov": [
      ["group › deep", "sum.test.js", 4, "toEqual(expected)"],
      ["throws", "sum.test.js", 6, "TypeError: boom"],
    ],
    "jest-color": [["group › deep", "sum.test.js", 4, "toEqual(expected)"]],
    "jest-bad": [[undefined, "bad.test.js", 1, "Cannot find module './nope'"]],
    vitest: [
      ["group > deep", "sum.test.ts", 4, "to deeply equal { a: -2 }"],
      ["throws", "sum.test.ts", 6, "TypeError: boom"],
    ],
    "vitest-color": [["group > deep", "sum.test.ts", 4, "to deeply equal { a: -2 }"]],
    "vitest-bad": [[undefined, "bad.test.ts", 1, "Cannot find module"]],
    pytest: [
      ["test_neg", "test_sum.py", 6, "negatives assert 1 == -3"],
      ["TestGroup.test_p[2]", "test_sum.py", 13, "assert 2 == 1"],
      ["test_raises", "summing.py", 2, "TypeError: '<' not supported"],
    ],
    "pytest-v": [["test_neg", "test_sum.py", 6, "negatives assert 1 == -3"]],
    "pytest-line": [[undefined, "test_sum.py", 6, "negatives"]],
    "pytest-bad": [[undefined, "test_bad.py", 1, "No module named 'nope'"]],
    "py-traceback": [[undefined, "test_bad.py", 1, "No module named 'nope'"]],
    unittest: [["test_a (__main__.T.test_a)", "ut.py", 3, "1 != 2"]],
    go: [
      ["TestNeg", "sum_test.go", 4, "Sum = 1, want -3"],
      ["TestSub/one", "sum_test.go", 5, "sub bad"],
    ],
    "go-v": [
      ["TestNeg", "sum_test.go", 4, "Sum = 1, want -3"],
      ["TestSub/one", "sum_test.go", 5, "sub bad"],
    ],
    "go-json": [["TestNeg", "sum_test.go", 4, "Sum = 1, want -3"]],
    "go-panic": [["TestP", "panicky/p_test.go", 3, "assignment to entry in nil map"]],
    "go-bad": [
      [undefined, "bad/b.go", 2, 'cannot use "x"'],
      [undefined, "bad/b.go", 3, "y declared but not used"],
    ],
    gcc: [
      [undefined, "a.c", 1, "undeclared"],
      [undefined, "a.c", 2, "expected"],
    ],
    tsc: [
      [undefined, "a.ts", 1, "TS2322: Type 'string'"],
      [undefined, "a.ts", 1, "TS7006"],
    ],
    "tsc-pretty": [[undefined, "a.ts", 1, "TS2322: Type 'string'"]],
    eslint: [[undefined, "x.mjs", 1, "'a' is assigned a value but never used"]],
    mocha: [[undefined, "mocha/a.test.js", 1, "1 == 2"]],
  };

describe("finds the first failures, with their place", () => {
  for (const [name, expected] of Object.entries(FIRST)) {
    test(name, () => {
      const found = assertions(printed(name)).slice(0, expected.length);
      expect(found.map(({ test: title, file, line }) => [title, file, line])).toEqual(
        expected.map(([title, file, line]) => [title, file, line]),
      );
      for (const [at, [, , , says]] of expected.entries()) expect(found[at]?.says).toContain(says);
    });
  }

  const WRITTEN: readonly (readonly [string, Record<string, unknown>])[] = [
    [
      "thread 'tests::adds' panicked at src/lib.rs:7:9:\nassertion `left == right` failed: sum\n  left: 2\n right: 3\nnote: run",
      {
        test: "tests::adds",
        file: "src/lib.rs",
        line: 7,
        says: "assertion `left == right` failed: sum left: 2 right: 3",
      },
    ],
    [
      "thread 'adds' panicked at 'explicit', src/lib.rs:9:5",
      { test: "adds", file: "src/lib.rs", line: 9, says: "explicit" },
    ],
    [
      "error[E0308]: mismatched types\n --> src/a.rs:1:17\n  |",
      { file: "src/a.rs", line: 1, says: "mismatched types" },
    ],
    [
      "check.sh: line 3: x: command not found\nbuild/x.yml:12: unknown key",
      { file: "build/x.yml", line: 12, says: "unknown key" },
    ],
    [
      "Error: boom\n    at load (node:internal/x:1:1)\n    at go (file:///home/dev/project/src/my%20file.ts:8:3)",
      { file: "src/my%20file.ts", line: 8, says: "Error: boom" },
    ],
    [
      "not ok 1 should be equal\n  ---\n    operator: equal\n    expected: 2\n    at: Test.<anonymous> (/home/dev/project/t.js:4:5)\n  ...",
      { test: "should be equal", file: "t.js", line: 4 },
    ],
  ];
  for (const [output, expected] of WRITTEN) {
    test(JSON.stringify(output).slice(0, 50), () => expect(assertions(output)[0]).toMatchObject(expected));
  }
});

test("each failure is told once, and at most five", () => {
  expect(assertions(printed("node-spec"))).toHaveLength(3);
  const many = Array.from({ length: 40 }, (_, at) => `a.ts(${at + 1},1): error TS1: x`).join("\n");
  expect(assertions(many)).toHaveLength(5);
});

test("code of others is not where it failed, nor are warnings failures", () => {
  expect(assertions("a.c:1:2: warning: unused\nsrc/a.ts:3:1: note: here")).toEqual([]);
  const [found] = assertions(
    "TypeError: x\n    at f (/home/dev/project/node_modules/a/b.js:1:1)\n    at g (/home/dev/project/c.js:2:1)",
  );
  expect(found).toMatchObject({ file: "c.js", line: 2 });
});

test("takes time in proportion to the output, whatever it holds", () => {
  const hostile = [
    "at (",
    " ❯ a:1:1",
    "✖ a (1ms)\n",
    "not ok 1 - a\n ---\n",
    "Error: a\n",
    " FAIL  a > b\n",
    "a.b:",
    "(fail) x\n",
    "___ a ___\n",
    "--- FAIL: a\n",
    "panic: \n",
    "'/x/",
    "Traceback (most recent call last):\n",
  ];
  for (const piece of hostile) {
    const started = performance.now();
    findFailures(outputLines(piece.repeat(100_000 / piece.length)), PROJECT);
    expect({ piece, slow: performance.now() - started > 1_000 }).toEqual({ piece, slow: false });
  }
});
