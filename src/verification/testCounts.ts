/** What one run of one test runner counted at its end. */
export interface TestCount {
  readonly runner: "node:test" | "bun" | "vitest" | "jest" | "pytest" | "go";
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Every run that these lines tell the end of. Only a whole summary counts: a single number may be anybody's. */
export function testCounts(lines: readonly string[]): TestCount[] {
  return [nodeCounts, bunCounts, vitestCounts, jestCounts, pytestCounts, goCounts].flatMap((read) => read(lines));
}

/** `# tests 6` in TAP and `ℹ tests 6` for people, one a line, from `tests` to `duration_ms`. */
function nodeCounts(lines: readonly string[]): TestCount[] {
  const found: TestCount[] = [];
  let counts = new Map<string, number>();
  for (const line of lines) {
    const [, name, number] =
      /^(?:#|ℹ) (tests|pass|fail|cancelled|skipped|todo|duration_ms) (\d{1,12})/u.exec(line) ?? [];
    if (name === undefined) continue;
    if (name === "tests") counts = new Map();
    counts.set(name, Number(number));
    if (name !== "duration_ms") continue;
    const count = (of: string) => counts.get(of) ?? 0;
    if (["tests", "pass", "fail"].every((of) => counts.has(of))) {
      found.push({
        runner: "node:test",
        passed: count("pass"),
        failed: count("fail") + count("cancelled"),
        skipped: count("skipped") + count("todo"),
      });
    }
    counts = new Map();
  }
  return found;
}

/** ` 12 pass`, ` 1 fail` and so on, one a line, right before `Ran 13 tests across 2 files.` */
function bunCounts(lines: readonly string[]): TestCount[] {
  const found: TestCount[] = [];
  let counts = new Map<string, number>();
  for (const line of lines) {
    const [, number, name] =
      /^ {0,2}(\d{1,12}) (pass|fail|skip|todo|errors?|filtered out|snapshots?|expect\(\) calls)\b/u.exec(line) ?? [];
    if (name !== undefined) {
      counts.set(name === "errors" ? "error" : name, Number(number));
      continue;
    }
    if (line.trim() === "") continue;
    const count = (of: string) => counts.get(of) ?? 0;
    if (/^Ran \d{1,12} tests? across \d{1,12} files?\b/u.test(line) && counts.has("pass")) {
      found.push({
        runner: "bun",
        passed: count("pass"),
        failed: Math.max(count("fail"), count("error")),
        skipped: count("skip") + count("todo"),
      });
    }
    counts = new Map();
  }
  return found;
}

/** `Test Files  1 failed (1)` and `Tests  2 failed | 1 passed (3)`. */
function vitestCounts(lines: readonly string[]): TestCount[] {
  return lines.flatMap((line, at) => {
    const said = /^ *Tests {2,}(.*\d\)|no tests)$/u.exec(line.trimEnd())?.[1];
    const files = /^ *Test Files {2,}(.*\d\)|no test files)$/u.exec(lines[at - 1]?.trimEnd() ?? "")?.[1];
    if (said === undefined || files === undefined) return [];
    const counts = said === "no tests" ? new Map<string, number>() : partsOf(said.replace(/ \(\d+\)$/u, ""), " | ");
    return counts === undefined ? [] : [ofFilesAndTests("vitest", counts, files)];
  });
}

/** `Test Suites: 1 failed, 1 total` and `Tests:       2 failed, 3 passed, 5 total`. */
function jestCounts(lines: readonly string[]): TestCount[] {
  return lines.flatMap((line, at) => {
    const said = /^Tests: +(.*\d total)$/u.exec(line.trimEnd())?.[1];
    const suites = /^Test Suites: +(.*\d total)/u.exec(lines[at - 1]?.trimEnd() ?? "")?.[1];
    const counts = said === undefined ? undefined : partsOf(said, ", ");
    return suites === undefined || counts === undefined ? [] : [ofFilesAndTests("jest", counts, suites)];
  });
}

function ofFilesAndTests(runner: "vitest" | "jest", counts: ReadonlyMap<string, number>, files: string): TestCount {
  const count = (of: string) => counts.get(of) ?? 0;
  const failed = count("failed");
  return {
    runner,
    passed: count("passed") + count("expected fail"),
    failed: failed === 0 ? Number(/(\d+) failed/u.exec(files)?.[1] ?? 0) : failed,
    skipped: count("skipped") + count("todo") + count("pending"),
  };
}

const PYTEST_WORDS: Readonly<Record<string, "passed" | "failed" | "skipped" | "not counted">> = {
  passed: "passed",
  xpassed: "passed",
  failed: "failed",
  error: "failed",
  errors: "failed",
  skipped: "skipped",
  xfailed: "skipped",
  deselected: "not counted",
  warning: "not counted",
  warnings: "not counted",
  rerun: "not counted",
  "subtests passed": "not counted",
  "subtests failed": "not counted",
};

/** `=== 3 failed, 2 passed in 0.99s ===`, the rule left out by `-q`. */
function pytestCounts(lines: readonly string[]): TestCount[] {
  return lines.flatMap((line) => {
    const said = /^(?:=+ )?(\d[\w ,]*|no tests ran) in [\d.]{1,12}s\b/u.exec(line)?.[1];
    if (said === undefined) return [];
    const counts = said === "no tests ran" ? new Map<string, number>() : partsOf(said, ", ");
    if (counts === undefined || [...counts.keys()].some((word) => !(word in PYTEST_WORDS))) return [];
    const sum = (kind: string) =>
      [...counts].reduce((total, [word, number]) => total + (PYTEST_WORDS[word] === kind ? number : 0), 0);
    return [{ runner: "pytest", passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") }];
  });
}

/**
 * `--- PASS: TestName`, each test and each subtest. Without `-v` only failed ones are named: there a package that passed
 * counts as one. A package that failed without a failed test (it does not compile, say) counts as one failure.
 */
function goCounts(lines: readonly string[]): TestCount[] {
  const tests = { PASS: 0, FAIL: 0, SKIP: 0 };
  const packages = { ok: 0, failed: 0 };
  let named = false;
  let failedSincePackage = false;
  for (const line of lines) {
    const verdict = /^ *--- (PASS|FAIL|SKIP): \S/u.exec(line)?.[1];
    if (verdict === "PASS" || verdict === "FAIL" || verdict === "SKIP") {
      tests[verdict]++;
      failedSincePackage ||= verdict === "FAIL";
    } else if (line.startsWith("=== RUN ")) {
      named = true;
    } else if (/^ok +\t\S+\t(?!.*\[no tests to run\])/u.test(line)) {
      packages.ok++;
      failedSincePackage = false;
    } else if (/^FAIL\t\S+[\t ]/u.test(line)) {
      if (!failedSincePackage) packages.failed++;
      failedSincePackage = false;
    }
  }
  const isGo = packages.ok + packages.failed > 0 || lines.some((line) => /^FAIL\t\S+\t/u.test(line));
  if (!isGo) return [];
  const passed = named ? tests.PASS : packages.ok;
  return [{ runner: "go", passed, failed: tests.FAIL + packages.failed, skipped: tests.SKIP }];
}

/** Such as `2 failed, 1 passed` by word; undefined when a part is not a number and words. */
function partsOf(said: string, separator: string): Map<string, number> | undefined {
  const counts = new Map<string, number>();
  for (const part of said.split(separator)) {
    const [, number, word] = /^(\d{1,12}) ([a-z][a-z ]*)$/u.exec(part.trim()) ?? [];
    if (word === undefined) return undefined;
    counts.set(word, (counts.get(word) ?? 0) + Number(number));
  }
  return counts;
}
