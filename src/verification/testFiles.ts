/** Folders whose whole content serves tests, in any case of letters. */
const TEST_FOLDERS = new Set([
  "test",
  "tests",
  "__tests__",
  "__mocks__",
  "__snapshots__",
  "e2e",
  "testdata",
  "cypress",
]);
/** Folders that hold tests or, as often, specifications: only code in them serves tests. */
const SPEC_FOLDERS = new Set(["spec", "specs"]);
const CODE =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|rb|go|rs|java|kts?|scala|groovy|cs|fs|swift|php|exs?|c|cc|cpp|m|sh|bats|lua|dart)$/iu;

const TEST_NAMES: readonly RegExp[] = [
  // a.test.ts, a.spec.js, a.cy.ts, a.e2e-spec.ts, a_test.go, a_spec.rb, a-test.js
  /[._-](?:test|tests|spec|cy|e2e|e2e-spec)\.\w+$/iu,
  /^(?:test|tests)\.\w+$/iu,
  /^test_.*\.py$/u,
  /^conftest\.py$/u,
  // ATest.java, ATests.cs, AIT.java
  /^.+(?:Tests?|TestCase|IT|Spec)\.(?:java|kts?|scala|groovy|cs|fs|swift|php|dart)$/u,
  /\.(?:snap|bats|feature)$/iu,
];

/** How tests are run, in files that hold nothing else. */
const TEST_CONFIGURATIONS: readonly RegExp[] = [
  /^(?:jest|vitest|playwright|cypress|karma|wdio|ava|web-test-runner|stryker)(?:\.[\w-]+)*\.(?:config|conf|workspace)\.\w+$/iu,
  /^(?:jest|vitest)\.(?:setup|workspace)\.\w+$/iu,
  /^\.(?:mocharc|nycrc|c8rc|taprc|rspec|coveragerc)(?:\.\w+)?$/iu,
  /^(?:pytest\.ini|\.pytest\.ini|tox\.ini|noxfile\.py|phpunit(?:\.[\w-]+)*\.xml(?:\.dist)?|codecov\.ya?ml|\.codecov\.ya?ml)$/iu,
  /^tsconfig\.(?:[\w-]+\.)*(?:tests?|spec|e2e)(?:\.[\w-]+)*\.json$/iu,
];

/**
 * Whether a path holds tests, or what only they need (helpers, data, snapshots), by the conventions of JavaScript,
 * Python, Go, Rust, Ruby, PHP, Swift and the languages of the JVM and .NET:
 * - anything below a folder called `test`, `tests`, `__tests__`, `__mocks__`, `__snapshots__`, `e2e`, `testdata`, `cypress`;
 * - code below `spec` or `specs`;
 * - a file named like a test: `a.test.ts`, `a_test.go`, `test_a.py`, `conftest.py`, `ATest.java`, `a.snap`, `a.bats`, …
 * Tests written inside the code they test, as in Rust, make no test file.
 */
export function isTestFile(path: string): boolean {
  const folders = path.split("/").map((segment) => segment.toLowerCase());
  const name = path.split("/").at(-1) ?? "";
  folders.pop();
  if (folders.some((folder) => TEST_FOLDERS.has(folder))) return true;
  if (folders.some((folder) => SPEC_FOLDERS.has(folder)) && CODE.test(name)) return true;
  return TEST_NAMES.some((pattern) => pattern.test(name));
}

/** Whether a file does nothing but say how tests are run, such as `vitest.config.ts` and `pytest.ini`. */
export function isTestConfiguration(path: string): boolean {
  const name = path.split("/").at(-1) ?? "";
  return TEST_CONFIGURATIONS.some((pattern) => pattern.test(name));
}
