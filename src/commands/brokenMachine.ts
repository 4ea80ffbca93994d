import { Refusal } from "../core/refusal.ts";
import { unreachable } from "../core/unreachable.ts";
import { GitError, type GitFailure } from "../git/gitFailure.ts";

/** Nothing counts before it is on disk, so this holds for every command that is cut off. */
const KEPT = "What was saved until then is kept: once that is mended, run the same command again.";

/**
 * What a person is told about something thrown that no code of ours is to blame for: a disk that is full or broken, rights
 * that are missing, a git command that was killed. Undefined: nobody expected it.
 */
export function explainThrown(error: unknown): string | undefined {
  if (error instanceof Refusal) return error.message;
  if (error instanceof GitError) return explainGit(error.failure);
  return isSystemError(error) ? explainSystem(error) : undefined;
}

interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

/** By the system's name for it. */
const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space there",
  EDQUOT: "your quota on that disk is used up; free some space there",
  EIO: "the disk or its connection reports an error; see to that first",
  EROFS: "that disk cannot be written to; make it writable",
  EACCES: "you have no right to it; give yourself the right to read and write there",
  EPERM: "you have no right to it; give yourself the right to read and write there",
  EMFILE: "too many files are open; raise the limit (ulimit -n)",
  ENFILE: "too many files are open on this machine; end other programs",
  ENOMEM: "there is not enough memory; end other programs",
};

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "syscall" in error && "code" in error && String(error.code) in SYSTEM_HINTS;
}

function explainSystem({ code, path, syscall }: SystemError): string {
  const what = path === undefined ? `A file could not be used` : `${path} could not be used`;
  return `${what} (${code} at ${syscall}): ${SYSTEM_HINTS[code]}. ${KEPT}`;
}

function explainGit({ command, message, reason }: GitFailure): string | undefined {
  const hint = gitHint(reason);
  return hint && `"${command}" failed: ${message.split("\n")[0]} (${hint}). ${KEPT}`;
}

/** Undefined: git said no to something it should not have been asked. */
function gitHint(reason: GitFailure["reason"]): string | undefined {
  switch (reason) {
    case "git-missing":
      return "there is no git on the PATH any more: install it again";
    case "no-such-directory":
      return "somebody removed that folder";
    case "timeout":
      return "the machine is overloaded, or a disk does not answer";
    case "killed":
      return "somebody ended it, or there was not enough memory";
    case "locked":
      return "another git is at work there, or was killed: if none is, remove the lock";
    case "missing-object":
      return "objects of the repository are missing: look at it with git fsck";
    case "disk-full":
      return "free some space there";
    case "aborted":
    case "output-too-large":
    case "not-a-repository":
    case "unsafe-ownership":
    case "failed":
      return undefined;
    default:
      return unreachable(reason);
  }
}
