// The checks that need no test run: the list that `npm run check` and `npm test` share.
import { findHygieneProblems } from "./hygiene.mjs";
import { bin, run } from "./project.mjs";

const CHECKS = [
  { name: "format and lint", check: () => run(bin("biome"), ["check", "."], { quiet: true }) },
  { name: "types", check: () => run(bin("tsc"), ["-p", "."], { quiet: true }) },
  { name: "dead code", check: () => run(bin("knip"), ["--no-progress", "--no-config-hints"], { quiet: true }) },
  { name: "hygiene", check: checkHygiene },
];

async function checkHygiene() {
  const problems = await findHygieneProblems();
  return { passed: problems.length === 0, output: problems.join("\n") };
}

/** Runs every check, tells each one's result as it comes, and gives the numbers. */
export async function runChecks() {
  const counts = { passed: 0, failed: 0 };
  for (const { name, check } of CHECKS) {
    const startedAt = performance.now();
    const { passed, output } = await check();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    counts[passed ? "passed" : "failed"]++;
    if (!passed) console.log(output.trimEnd());
    console.log(`${passed ? "passed" : "FAILED"}  ${name} (${seconds} s)`);
  }
  return counts;
}
