import type { Confinement } from "../core/confinement.ts";
import { endLeftoverProcesses, WORKTREE_VARIABLE } from "../core/leftoverProcesses.ts";
import { type ProcessEnd, type ProcessOutcome, passed, runShellCommand } from "../core/shell.ts";
import { lastLines, truncateUtf8 } from "../core/utf8.ts";

export interface CheckSurroundings {
  readonly directory: string;
  /** The whole environment of the commands, but for what the confinement adds. */
  readonly environment: Readonly<Record<string, string>>;
  readonly confinement: Confinement;
  /** Limit for each command. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The first command that did not pass. `output` is the end of what it printed, trimmed. */
export interface FailedCheck {
  readonly command: string;
  readonly how: string;
  readonly output: string;
  /** True when the check was stopped from outside: it says nothing about the work. */
  readonly aborted: boolean;
}

/** What is known of a command that was run. */
export interface CheckResult {
  readonly command: string;
  readonly durationMs: number;
}

export interface ChecksOutcome {
  /** Undefined: all passed. Commands after the failed one were not run. */
  readonly failed: FailedCheck | undefined;
  /** Of the commands that ran, in order, the failed one included. */
  readonly results: readonly CheckResult[];
}

/** Enough for the last failures of a test run. */
const OUTPUT_BYTES = 4_000;

/** Runs commands one after the other until one does not exit with 0. What a command leaves running is ended with it. */
export async function runChecks(commands: readonly string[], surroundings: CheckSurroundings): Promise<ChecksOutcome> {
  const results: CheckResult[] = [];
  for (const command of commands) {
    const outcome = await runCommand(command, surroundings);
    results.push({ command, durationMs: outcome.durationMs });
    if (!passed(outcome)) return { failed: failedCheck(command, outcome), results };
  }
  return { failed: undefined, results };
}

async function runCommand(command: string, surroundings: CheckSurroundings): Promise<ProcessOutcome> {
  const { confinement, directory, environment, signal, timeoutMs } = surroundings;
  const outcome = await runShellCommand(command, {
    cwd: directory,
    env: { ...environment, ...confinement.environment, [WORKTREE_VARIABLE]: directory },
    prefix: confinement.prefix,
    timeoutMs,
    signal,
  });
  await endLeftoverProcesses(directory);
  return outcome;
}

function failedCheck(command: string, outcome: ProcessOutcome): FailedCheck {
  const { end } = outcome;
  return { command, how: describeEnd(end), output: endOfOutput(outcome), aborted: end.reason === "aborted" };
}

/** A failed check in one line. */
export function describeFailedCheck({ command, how, output }: FailedCheck): string {
  const lastLine = output.trimEnd().split("\n").at(-1)?.trim() ?? "";
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

/** Test runners print what matters last. */
function endOfOutput({ stdout, stderr }: ProcessOutcome): string {
  const parts = [stdout, stderr].map((part) => part.trimEnd()).filter((part) => part !== "");
  return lastLines(parts.join("\n"), OUTPUT_BYTES);
}
