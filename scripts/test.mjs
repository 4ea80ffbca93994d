// Everything that has to hold: the checks, then unit, integration and end-to-end tests.
// Arguments name test files or folders to run instead of all, and leave the checks out.
// The last line is `N passed, N failed`, checks and tests together; the exit status says the same.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./checks.mjs";
import { bin, root, run } from "./project.mjs";

/** End-to-end tests start the real OpenCode, which keeps a core busy for some seconds: few at a time, more time each. */
const SUITES = [
  { name: "unit", folder: "tests/unit", parallel: 2, timeoutMs: 20_000 },
  { name: "integration", folder: "tests/integration", parallel: 2, timeoutMs: 60_000 },
  { name: "contract", folder: "tests/contract", parallel: 2, timeoutMs: 180_000 },
  { name: "end to end", folder: "tests/e2e", parallel: 2, timeoutMs: 180_000 },
];

const reports = mkdtempSync(join(tmpdir(), "mac-test-reports-"));
const chosen = process.argv.slice(2);
const startedAt = performance.now();
try {
  const results = chosen.length > 0 ? [await runChosen(chosen)] : await runEverything();
  const passed = sum(results, "passed");
  const failed = sum(results, "failed");
  const skipped = sum(results, "skipped");
  console.log("");
  for (const { name, ...counts } of results) console.log(`${name}: ${describe(counts)}`);
  if (skipped > 0) console.log(`${skipped} skipped`);
  console.log(`${Math.round((performance.now() - startedAt) / 1000)} s`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}

async function runEverything() {
  const results = [{ name: "checks", skipped: 0, ...(await runChecks()) }];
  for (const suite of SUITES) if (holdsTests(suite.folder)) results.push(await runSuite(suite, [`./${suite.folder}/`]));
  return results;
}

function runChosen(paths) {
  return runSuite({ name: "chosen", parallel: 2, timeoutMs: 180_000 }, paths);
}

async function runSuite({ name, parallel, timeoutMs }, paths) {
  console.log(`\n${name} tests`);
  const report = join(reports, `${name.replaceAll(" ", "-")}.xml`);
  const output = ["--reporter=junit", `--reporter-outfile=${report}`, "--only-failures"];
  const limits = [`--parallel=${parallel}`, `--timeout=${timeoutMs}`];
  const { passed } = await run(bin("bun"), ["test", ...limits, ...output, ...paths]);
  const counts = readReport(report);
  // A suite that broke off, or a file that did not load, is a failure even if no single test says so.
  if (!passed && counts.failed === 0) counts.failed = 1;
  return { name, ...counts };
}

/** The totals of a JUnit report, as Bun writes it: they stand on the root element. */
function readReport(path) {
  const root = existsSync(path) ? /<testsuites\b[^>]*>/.exec(readFileSync(path, "utf8"))?.[0] : undefined;
  const count = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(root ?? "")?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  const skipped = count("skipped");
  return { passed: count("tests") - failed - skipped, failed, skipped };
}

function holdsTests(folder) {
  const path = join(root, folder);
  return existsSync(path) && readdirSync(path, { recursive: true }).some((name) => name.endsWith(".test.ts"));
}

function sum(results, field) {
  return results.reduce((total, result) => total + result[field], 0);
}

function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
