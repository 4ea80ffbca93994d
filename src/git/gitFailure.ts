import type { ProcessEnd } from "../core/shell.ts";
import { unreachable } from "../core/unreachable.ts";

/** Why a git command gave no result. `failed`: git said no, for a reason nothing here acts upon. */
export interface GitFailure {
  readonly reason:
    | "git-missing"
    | "no-such-directory"
    | "timeout"
    | "aborted"
    | "killed"
    | "output-too-large"
    | "not-a-repository"
    | "unsafe-ownership"
    | "locked"
    | "missing-object"
    | "disk-full"
    | "failed";
  /** The command as a person would type it, shortened. */
  readonly command: string;
  /** What git said, or what happened to it. */
  readonly message: string;
}

/** A git command failed where only a bug, or a broken machine, makes it fail. */
export class GitError extends Error {
  override readonly name = "GitError";
  readonly failure: GitFailure;

  constructor(failure: GitFailure) {
    super(`${failure.command}: ${failure.message}`);
    this.failure = failure;
  }
}

/** What git writes to stderr under LC_ALL=C, in the order in which it is looked for. */
const PATTERNS: readonly (readonly [RegExp, GitFailure["reason"]])[] = [
  [/not a git repository/i, "not-a-repository"],
  [/detected dubious ownership/, "unsafe-ownership"],
  [/No space left on device|Disk quota exceeded/, "disk-full"],
  [/\.lock': File exists/, "locked"],
  [
    /bad object|unable to read (tree|sha1 file|[0-9a-f]{40})|could not (read|get object info)|missing blob/i,
    "missing-object",
  ],
];

/** The reason behind a non-zero exit status. */
export function reasonFromStderr(stderr: string): GitFailure["reason"] {
  return PATTERNS.find(([pattern]) => pattern.test(stderr))?.[1] ?? "failed";
}

/** The failure behind a process that gave no exit status. */
export function failureFromEnd(
  end: Exclude<ProcessEnd, { reason: "exited" }>,
  command: string,
  directoryExists: boolean,
): GitFailure {
  switch (end.reason) {
    case "not-started":
      return directoryExists
        ? { reason: "git-missing", command, message: end.message }
        : { reason: "no-such-directory", command, message: "the directory it was to run in does not exist" };
    case "signaled":
      return { reason: "killed", command, message: `ended by ${end.signal}` };
    case "timeout":
      return { reason: "timeout", command, message: `took longer than ${end.afterMs / 1000} s` };
    case "aborted":
      return { reason: "aborted", command, message: "aborted" };
    default:
      return unreachable(end);
  }
}
