import { createHash } from "node:crypto";
import type { FailedCheck } from "./commandCheck.ts";
import type { FoundFailure } from "./failures/foundFailure.ts";

/** What failed of one command on the untouched base. Plain data: it can be stored as JSON. */
export interface KnownFailure {
  readonly command: string;
  readonly fingerprints: readonly string[];
  /** Tests that failed, where the runner said so. */
  readonly failedTests?: number | undefined;
}

/** More failures than this are told apart by their number alone. */
const MOST = 500;

/** Of an output in which nothing is understood, the lines that are compared. */
const LAST_LINES = 40;

/**
 * Names for the failures of one command that stay the same while code moves:
 * - a failed test: its name and the file of tests it is in, if the runner tells it; not its message, nor its line;
 * - an error without a test: its file and message, the second one like it counted as another;
 * - where nothing is understood: the lines that speak of a failure or, without any, the end of the output, and how the
 *   command ended. Numbers, times, addresses and temporary paths are left out of all of them.
 */
export function failureFingerprints(
  failures: readonly FoundFailure[],
  lines: readonly string[],
  how: string,
): string[] {
  if (failures.length === 0) return unreadFingerprints(lines, how);
  const seen = new Map<string, number>();
  const all = failures.slice(0, MOST).map((failure) => {
    const name = nameOf(failure);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 || failure.test !== undefined ? name : `${name} (${times})`;
  });
  return [...new Set(all)];
}

function nameOf({ test, suite, file, says }: FoundFailure): string {
  if (test !== undefined) return `test: ${suite === undefined ? "" : `${suite}: `}${withoutVariables(test)}`;
  return `error: ${file === undefined ? "" : `${file}: `}${withoutNumbers(says)}`;
}

function unreadFingerprints(lines: readonly string[], how: string): string[] {
  const printed = lines.filter((line) => line.trim() !== "");
  const errors = printed.filter((line) =>
    /\b(?:error|fail|failed|failure|fatal|exception|panic|cannot)\b|✖|✗|×/iu.test(line),
  );
  const compared = (errors.length > 0 ? errors : printed).slice(-LAST_LINES).map(withoutNumbers);
  const ending = `ended: ${withoutNumbers(how)}`;
  if (errors.length > 0) return [...new Set([ending, ...compared.map((line) => `line: ${line}`)])];
  return [ending, `output: ${createHash("sha256").update(compared.join("\n")).digest("hex").slice(0, 16)}`];
}

/** What differs from run to run of the same code. */
function withoutVariables(text: string): string {
  return text
    .replace(/\b0x[0-9a-f]+/giu, "<address>")
    .replace(/(?:\/private)?\/(?:tmp|var\/folders|var\/tmp)\/[^\s'":,)]+/gu, "<temporary>")
    .replace(/\b\d+(?:\.\d+)?\s?(?:ms|s|µs|ns)\b/gu, "<time>")
    .trim();
}

/** The exit status is a number that says something: `exit status 2` stays. */
function withoutNumbers(text: string): string {
  return withoutVariables(text).replace(/(?<!exit status )\b\d+(?:[.:]\d+)*\b/gu, "#");
}

/** What is remembered of the commands that failed on the base. */
export function knownFailures(failed: readonly FailedCheck[]): KnownFailure[] {
  return failed.map(({ command, fingerprints, tests }) => ({ command, fingerprints, failedTests: tests?.failed }));
}

/**
 * What of a failed command did not fail on the base, a line each; none: nothing new, and it need not block.
 * - A command that passed on the base: all of it is new.
 * - The same failures as before, or some of them: nothing is new.
 * - A failure with another fingerprint is new; so are more failed tests than before, even if each looks known.
 * - A command that was stopped, or did not end by itself, is new unless it ended so before.
 */
export function newFailures(baseline: readonly KnownFailure[], now: FailedCheck): readonly string[] {
  const known = baseline.find(({ command }) => command === now.command);
  if (known === undefined || now.aborted) return now.fingerprints;
  const before = new Set(known.fingerprints);
  const added = now.fingerprints.filter((fingerprint) => !before.has(fingerprint));
  const failedTests = now.tests?.failed ?? 0;
  if (added.length === 0 && known.failedTests !== undefined && failedTests > known.failedTests) {
    return [`${failedTests} tests failed, ${known.failedTests} on the base`];
  }
  return added;
}
