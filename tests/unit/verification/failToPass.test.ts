import { expect, test } from "bun:test";
import { proveTask, type TreeVerdict } from "../../../src/verification/failToPass.ts";

type Word = "passed" | "failed" | "unknown";

async function prove(paths: readonly string[], base: Word, without: Word, acceptance: readonly string[] = ["check"]) {
  const runs: string[] = [];
  const verdict = (word: Word): TreeVerdict =>
    word === "unknown" ? { verdict: word, because: "slow" } : { verdict: word };
  const proof = await proveTask({
    paths,
    acceptance,
    runOnBase: async () => {
      runs.push("base");
      return verdict(base);
    },
    runWithout: async (taken) => {
      runs.push(taken.join(" "));
      return verdict(without);
    },
  });
  return { proven: proof.proven, because: proof.proven ? "" : proof.because, runs };
}

const MIXED = ["src/a.ts", "tests/a.test.ts", "vitest.config.ts"];

test("code and tests: acceptance fails on the base, and with the tests alone", async () => {
  expect(await prove(MIXED, "failed", "failed")).toEqual({ proven: true, because: "", runs: ["base", "src/a.ts"] });
});

test("acceptance that passes without the work proves nothing", async () => {
  expect(await prove(MIXED, "passed", "failed")).toEqual({
    proven: false,
    because: "acceptance passes before the work",
    runs: ["base"],
  });
  expect(await prove(MIXED, "failed", "passed")).toMatchObject({
    proven: false,
    because: "acceptance passes with its tests alone, the rest of the work taken back",
  });
});

test("only code: the work without it is the base, which ran", async () => {
  expect(await prove(["src/a.ts", "README.md"], "failed", "passed")).toEqual({
    proven: true,
    because: "",
    runs: ["base"],
  });
});

test("only tests, no acceptance, no change: unproven without a run", async () => {
  for (const given of [
    prove(["tests/a.test.ts"], "failed", "failed"),
    prove(MIXED, "failed", "failed", []),
    prove([], "failed", "failed"),
  ]) {
    expect(await given).toMatchObject({ proven: false, runs: [] });
  }
});

test("no verdict is no failure", async () => {
  expect((await prove(MIXED, "unknown", "failed")).because).toContain("no verdict before the work: slow");
  expect(await prove(MIXED, "failed", "unknown")).toMatchObject({ proven: false });
});

test("tests and what they need stay, everything else is taken back", async () => {
  const tests = [
    "a.test.ts",
    "x/a_test.go",
    "tests/data.json",
    "test_a.py",
    "pkg/conftest.py",
    "src/test/java/A.java",
    "ATest.java",
    "spec/a_spec.rb",
    "__snapshots__/a.snap",
    "jest.config.js",
    "pytest.ini",
  ];
  const code = [
    "a.ts",
    "src/testing.ts",
    "latest.js",
    "src/attest.py",
    "contest/a.go",
    "spec/openapi.yaml",
    "package.json",
    "src/protest.rs",
    "Testament.java",
  ];
  expect((await prove([...tests, ...code], "failed", "failed")).runs[1]).toBe(code.join(" "));
});
