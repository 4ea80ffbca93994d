import type { AgentFailure } from "../core/agentRunner.ts";
import { unreachable } from "../core/unreachable.ts";
import { lastLines, truncateUtf8, utf8Length } from "../core/utf8.ts";
import { describeFailedCheck, type FailedCheck } from "../verification/commandCheck.ts";
import { type ContextFinding, describeContextFinding } from "../verification/contextVerifier.ts";
import { describeViolation, shortList, type Violation } from "../verification/evidence.ts";

/** Why an attempt at a task came to nothing. */
export type AttemptFailure =
  | { readonly reason: "agent_failed"; readonly failure: AgentFailure }
  | { readonly reason: "agent_timeout"; readonly message: string }
  | { readonly reason: "setup_failed"; readonly check: FailedCheck }
  /** What the agent left cannot be stored, such as a file that cannot be read. */
  | { readonly reason: "not_capturable"; readonly message: string }
  | { readonly reason: "violation"; readonly violations: readonly Violation[] }
  | { readonly reason: "acceptance_failed"; readonly check: FailedCheck }
  | { readonly reason: "verify_failed"; readonly check: FailedCheck }
  | { readonly reason: "conflict"; readonly paths: readonly string[] }
  | { readonly reason: "message_too_large"; readonly bytes: number; readonly limit: number }
  /** The message must not be sent as it is. */
  | { readonly reason: "context_refused"; readonly findings: readonly ContextFinding[] }
  | { readonly reason: "interrupted" };

/** What follows from a failed attempt. */
export type Consequence =
  /** Another attempt from a clean work tree may do better. */
  | "regenerate"
  /** The same would happen again. */
  | "give-up"
  /** No task can succeed: the whole run ends, resumable. */
  | "stop-run"
  /** Somebody wants the run to end; costs no attempt. */
  | "interrupted";

export function consequenceOf(failed: AttemptFailure): Consequence {
  switch (failed.reason) {
    case "interrupted":
      return "interrupted";
    case "message_too_large":
    case "context_refused":
      return "give-up";
    case "setup_failed":
      return failed.check.aborted ? "interrupted" : "give-up";
    case "acceptance_failed":
    case "verify_failed":
      return failed.check.aborted ? "interrupted" : "regenerate";
    case "agent_failed":
      return consequenceOfAgentFailure(failed.failure);
    case "agent_timeout":
    case "not_capturable":
    case "violation":
    case "conflict":
      return "regenerate";
    default:
      return unreachable(failed);
  }
}

/** What may pass on retry has been retried by then, with growing waits: a provider that is down fails every task. */
function consequenceOfAgentFailure({ reason, retryable }: AgentFailure): Consequence {
  switch (reason) {
    case "aborted":
      return "interrupted";
    case "authentication":
    case "model_unavailable":
    case "quota_exhausted":
      return "stop-run";
    case "rate_limited":
    case "unreachable":
    case "provider":
    case "host":
      return retryable ? "stop-run" : "regenerate";
    case "prompt_refused":
      return "give-up";
    case "invalid_answer":
    case "context_overflow":
      return "regenerate";
    default:
      return unreachable(reason);
  }
}

/** What went wrong, in one line for a person. */
export function describeFailure(failed: AttemptFailure): string {
  switch (failed.reason) {
    case "agent_failed":
      return failed.failure.reason === "aborted" ? "interrupted" : `the agent failed: ${failed.failure.message}`;
    case "agent_timeout":
      return `the agent was stopped: ${failed.message}`;
    case "setup_failed":
      return `setup: ${describeFailedCheck(failed.check)}`;
    case "not_capturable":
      return `what the agent left cannot be stored: ${failed.message}`;
    case "violation":
      return failed.violations.map(describeViolation).join("; ");
    case "acceptance_failed":
      return `acceptance: ${describeFailedCheck(failed.check)}`;
    case "verify_failed":
      return `verify, together with what has landed: ${describeFailedCheck(failed.check)}`;
    case "conflict":
      return `conflicts with what has landed meanwhile in ${shortList(failed.paths)}`;
    case "message_too_large":
      return `the task's message would take ${failed.bytes} bytes, at most ${failed.limit} are sent`;
    case "context_refused":
      return failed.findings.map(describeContextFinding).join("; ");
    case "interrupted":
      return "interrupted";
    default:
      return unreachable(failed);
  }
}

/**
 * What the next attempt is told: what failed and, as far as `maxBytes` allow, the end of what the failing command
 * printed, since that is where test runners say what is wrong.
 */
export function lessonOf(failed: AttemptFailure, maxBytes: number): string {
  const line = truncateUtf8(`An earlier attempt was thrown away: ${describeFailure(failed)}`, maxBytes);
  const printed = "check" in failed ? lastLines(failed.check.output, maxBytes - utf8Length(line) - 1) : "";
  return printed === "" ? line : `${line}\n${printed}`;
}
