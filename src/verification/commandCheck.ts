import type { Confinement } from "../core/confinement.ts";
import { endLeftoverProcesses, WORKTREE_VARIABLE } from "../core/leftoverProcesses.ts";
import { type ProcessEnd, type ProcessOutcome, passed, runShellCommand } from "../core/shell.ts";
import { lastLines, truncateUtf8 } from "../core/utf8.ts";
import type { FailedAssertion } from "../types.ts";
import { failedAssertions, findFailures } from "./failedAssertions.ts";
import { failureFingerprints, type KnownFailure, newFailures } from "./failureFingerprints.ts";
import { outputLines } from "./outputLines.ts";
import { type TestResults, testResults } from "./testResults.ts";

export interface CheckSurroundings {
  readonly directory: string;
  /** The whole environment of the commands, but for what the confinement adds. */
  readonly environment: Readonly<Record<string, string>>;
  readonly confinement: Confinement;
  /** Limit for each command. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A command that did not pass. */
export interface FailedCheck {
  readonly command: string;
  readonly how: string;
  /** The end of what it printed, trimmed. */
  readonly output: string;
  /** True when the check was stopped from outside: it says nothing about the work. */
  readonly aborted: boolean;
  /** False when it was stopped, used up its time or never began: it may not have looked at the work. */
  readonly hasVerdict: boolean;
  /** The first failures in all that it printed; none where nothing is understood. */
  readonly assertions: readonly FailedAssertion[];
  readonly tests?: TestResults | undefined;
  /** What tells its failures from others; see `failureFingerprints`. */
  readonly fingerprints: readonly string[];
}

/** What is known of a command that was run. */
export interface CheckResult {
  readonly command: string;
  /** Of both runs, when it was run again. */
  readonly durationMs: number;
  /** Of the last run, where the command said it. */
  readonly tests?: TestResults | undefined;
  /** It failed, and passed when it was run again at once: it counts as passed. */
  readonly flaky?: boolean | undefined;
  /** It failed, whether or not that was tolerated. */
  readonly failed?: FailedCheck | undefined;
}

export interface ChecksOutcome {
  /** Undefined: all passed, or failed as they may. */
  readonly failed: FailedCheck | undefined;
  /** Of the commands that ran, in order, failed ones included. */
  readonly results: readonly CheckResult[];
}

/** One run of a command, with what it printed first and last. */
export interface RanCommand {
  readonly command: string;
  readonly passed: boolean;
  readonly how: string;
  readonly durationMs: number;
  readonly output: string;
}

export interface CheckOptions {
  /** Told of each run of a command, a second one of the same command too. */
  readonly onRan?: ((ran: RanCommand) => void) | undefined;
  /** Run a command that fails once more; default true. False where a failure is what is looked for. */
  readonly retryFlaky?: boolean;
  /** Run all commands, also after one has failed; default false. */
  readonly runAll?: boolean;
  /** Failures of the untouched base: a command of which nothing else fails does not count as failed. */
  readonly known?: readonly KnownFailure[];
}

/** Enough for the last failures of a test run: runners print what matters last. */
const OUTPUT_BYTES = 4_000;

/** Runs commands one after the other until one does not exit with 0. What a command leaves running is ended with it. */
export async function runChecks(
  commands: readonly string[],
  surroundings: CheckSurroundings,
  options: CheckOptions = {},
): Promise<ChecksOutcome> {
  const results: CheckResult[] = [];
  let first: FailedCheck | undefined;
  for (const command of commands) {
    const { counts, ...result } = await checkCommand(command, surroundings, options);
    results.push(result);
    if (!counts) continue;
    first ??= result.failed;
    if (options.runAll !== true || result.failed?.aborted === true) break;
  }
  return { failed: first, results };
}

/** One command, and again if its failure may be an accident. `counts`: it failed in a way that is not known. */
async function checkCommand(
  command: string,
  surroundings: CheckSurroundings,
  { retryFlaky = true, known = [], onRan }: CheckOptions,
): Promise<CheckResult & { readonly counts: boolean }> {
  const first = await runCommand(command, surroundings, onRan);
  const failed = resultOf(command, first, surroundings.directory);
  const counts = failed.failed !== undefined && newFailures(known, failed.failed).length > 0;
  if (!counts || !retryFlaky || !isVerdict(first.end) || surroundings.signal.aborted) return { ...failed, counts };

  const second = await runCommand(command, surroundings, onRan);
  // Stopped on the way: what the first run showed is all that is known.
  if (second.end.reason === "aborted") return { ...failed, counts };
  const again = resultOf(command, second, surroundings.directory);
  return {
    ...again,
    durationMs: first.durationMs + second.durationMs,
    ...(again.failed === undefined ? { flaky: true } : {}),
    counts: again.failed !== undefined && newFailures(known, again.failed).length > 0,
  };
}

async function runCommand(
  command: string,
  surroundings: CheckSurroundings,
  onRan: CheckOptions["onRan"],
): Promise<ProcessOutcome> {
  const { confinement, directory, environment, signal, timeoutMs } = surroundings;
  const outcome = await runShellCommand(command, {
    cwd: directory,
    env: { ...environment, ...confinement.environment, [WORKTREE_VARIABLE]: directory },
    prefix: confinement.prefix,
    timeoutMs,
    signal,
  });
  await endLeftoverProcesses(directory);
  const { durationMs, end } = outcome;
  if (onRan !== undefined) {
    const hasPassed = passed(outcome);
    const how = hasPassed ? "passed" : describeEnd(end);
    onRan({ command, passed: hasPassed, how, durationMs, output: readableOutput(outcome) });
  }
  return outcome;
}

/** A command that ended by itself, or crashed; not one that was stopped, used up its time or never began. */
function isVerdict({ reason }: ProcessEnd): boolean {
  return reason === "exited" || reason === "signaled";
}

function resultOf(command: string, outcome: ProcessOutcome, directory: string): CheckResult {
  const { durationMs, end } = outcome;
  const lines = outputLines(readableOutput(outcome));
  const tests = testResults(lines);
  const result = { command, durationMs, ...(tests === undefined ? {} : { tests }) };
  if (passed(outcome)) return result;
  const failures = findFailures(lines, directory);
  const how = describeEnd(end);
  return {
    ...result,
    failed: {
      command,
      how,
      output: lastLines(wholeOutput(outcome), OUTPUT_BYTES),
      aborted: end.reason === "aborted",
      hasVerdict: isVerdict(end),
      assertions: failedAssertions(failures),
      ...(tests === undefined ? {} : { tests }),
      fingerprints: end.reason === "exited" ? failureFingerprints(failures, lines, how) : [`ended: ${how}`],
    },
  };
}

/** Runners say first what they run and last what failed; what lies between in more than that is read by nobody. */
const READ_FIRST = 200_000;
const READ_LAST = 800_000;

function readableOutput(outcome: ProcessOutcome): string {
  const output = wholeOutput(outcome);
  if (output.length <= READ_FIRST + READ_LAST) return output;
  return `${output.slice(0, READ_FIRST)}\n${output.slice(-READ_LAST)}`;
}

/** A failed check in one line: with its first failure, where the command said it so that it can be read. */
export function describeFailedCheck({ command, how, output, assertions }: FailedCheck): string {
  const [first] = assertions;
  const lastLine = first === undefined ? (output.trimEnd().split("\n").at(-1)?.trim() ?? "") : describeAssertion(first);
  return `'${command}' ${how}${lastLine === "" ? "" : `: ${truncateUtf8(lastLine, 200)}`}`;
}

function describeEnd(end: ProcessEnd): string {
  switch (end.reason) {
    case "exited":
      return `failed with exit status ${end.exitCode}`;
    case "signaled":
      return `was ended by ${end.signal}`;
    case "timeout":
      return `did not end within ${end.afterMs / 1000} s`;
    case "aborted":
      return "was stopped";
    case "not-started":
      return `could not be started (${end.message})`;
  }
}

function wholeOutput({ stdout, stderr }: ProcessOutcome): string {
  return [stdout, stderr]
    .map((part) => part.trimEnd())
    .filter((part) => part !== "")
    .join("\n");
}

function describeAssertion({ says, test, file, line }: FailedAssertion): string {
  const place = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`} `;
  const name = test === undefined ? "" : `(${test}) `;
  return `${place}${name}${says.trim().split("\n")[0] ?? ""}`.trim();
}
