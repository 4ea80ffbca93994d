import { endLeftoverProcesses, WORKTREE_VARIABLE } from "../core/leftoverProcesses.ts";
import { type ProcessEnd, type ProcessOutcome, passed, runShellCommand } from "../core/shell.ts";
import { lastLines, truncateUtf8 } from "../core/utf8.ts";

export interface CheckSurroundings {
  readonly directory: string;
  /** The whole environment of the commands. */
  readonly environment: Readonly<Record<string, string>>;
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

/** Enough for the last failures of a test run. */
const OUTPUT_BYTES = 4_000;

/**
 * Runs commands one after the other until one does not exit with 0. Undefined: all passed. What a command leaves running
 * is ended with it.
 */
export async function firstFailedCheck(
  commands: readonly string[],
  surroundings: CheckSurroundings,
): Promise<FailedCheck | undefined> {
  for (const command of commands) {
    const outcome = await runShellCommand(command, {
      cwd: surroundings.directory,
      env: { ...surroundings.environment, [WORKTREE_VARIABLE]: surroundings.directory },
      timeoutMs: surroundings.timeoutMs,
      signal: surroundings.signal,
    });
    await endLeftoverProcesses(surroundings.directory);
    if (!passed(outcome)) {
      return {
        command,
        how: describeEnd(outcome.end),
        output: endOfOutput(outcome),
        aborted: outcome.end.reason === "aborted",
      };
    }
  }
  return undefined;
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
