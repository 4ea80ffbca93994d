// Format, lint, types, dead code and hygiene: everything that `npm test` checks before the tests themselves.
import { runChecks } from "./checks.mjs";

const { passed, failed } = await runChecks();
console.log(`${passed} checks passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
