import type { AgentFailure } from "../../core/agentRunner.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Mess } from "../../rebasing/mess.ts";
import { describeFailedCheck, type FailedCheck } from "../../verification/commandCheck.ts";
import { type ContextFinding, describeContextFinding } from "../../verification/contextVerifier.ts";
import { describeViolation, shortList, type Violation } from "../../verification/evidence.ts";

/** Why an attempt at a task came to nothing. */
export type AttemptFailure =
  | { readonly reason: "agent_failed"; readonly failure: AgentFailure }
  | { readonly reason: "agent_timeout"; readonly message: string; readonly isIdle: boolean }
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
  /** It was stopped at work, since what it did left its task. */
  | { readonly reason: "drifted"; readonly signals: readonly string[] }
  /** Its history was shortened more than once, and it was still not done. */
  | { readonly reason: "context_overflow" }
  /** A person looked at the work and did not want it. */
  | { readonly reason: "rejected"; readonly input: string }
  | { readonly reason: "interrupted" };

/** What follows from a failed attempt. */
export type Consequence =
  /** Another attempt from a clean work tree may do better. */
  | "regenerate"
  /** The same would happen again. */
  | "give-up"
  /** Its model cannot be asked now, or at all: another may, or it has to wait; costs no attempt. */
  | "other-model"
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
    case "drifted":
    case "context_overflow":
    case "rejected":
      return "regenerate";
    default:
      return unreachable(failed);
  }
}

/** What may pass on retry has been retried by then, with growing waits: a host that is down fails every task. */
function consequenceOfAgentFailure({ reason, retryable }: AgentFailure): Consequence {
  switch (reason) {
    case "aborted":
      return "interrupted";
    case "authentication":
    case "model_unavailable":
    case "quota_exhausted":
    case "rate_limited":
    case "unreachable":
      return "other-model";
    case "provider":
      return retryable ? "other-model" : "regenerate";
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
      return describeAgentFailure(failed.failure);
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
    case "drifted":
      return `the agent left its task and was stopped: ${failed.signals.join("; ")}`;
    case "context_overflow":
      return "the agent's context was full twice before it was done";
    case "rejected":
      return `a person did not want it: ${failed.input}`;
    case "interrupted":
      return "interrupted";
    default:
      return unreachable(failed);
  }
}

function describeAgentFailure({ reason, message }: AgentFailure): string {
  if (reason === "aborted") return "interrupted";
  const hint = reason === "authentication" ? "; mend it with 'opencode auth login'" : "";
  return `the agent failed: ${message}${hint}`;
}

/** The failure as the rebase engine learns from it; undefined: there is nothing to be learned for another attempt. */
export function messOf(failed: AttemptFailure): Mess | undefined {
  const says = describeFailure(failed);
  switch (failed.reason) {
    case "acceptance_failed":
      return { mess: "acceptance", says, ...messOfCheck(failed.check) };
    case "verify_failed":
      return { mess: "verify", says, ...messOfCheck(failed.check) };
    case "violation":
      return messOfViolations(failed.violations, says);
    case "conflict":
      return { mess: "conflict", says, paths: failed.paths };
    case "agent_timeout":
      return { mess: failed.isIdle ? "no_progress" : "timeout", says };
    case "drifted":
      return { mess: "drift", says, signals: failed.signals };
    case "context_overflow":
      return { mess: "context_overflow", says };
    case "rejected":
      return { mess: "rejected", says: failed.input };
    case "agent_failed":
      return { mess: failed.failure.reason === "context_overflow" ? "context_overflow" : "invalid_output", says };
    case "not_capturable":
      return { mess: "forbidden", says };
    case "setup_failed":
    case "message_too_large":
    case "context_refused":
    case "interrupted":
      return undefined;
    default:
      return unreachable(failed);
  }
}

function messOfCheck({ command, output, assertions }: FailedCheck): Partial<Mess> {
  return { command, printed: output, assertions };
}

/** The gravest of them names the mess. */
function messOfViolations(violations: readonly Violation[], says: string): Mess {
  const outside = violations.flatMap((violation) => (violation.reason === "outside_scope" ? violation.paths : []));
  if (outside.length > 0) return { mess: "scope", says, paths: outside };
  return { mess: violations.some(({ reason }) => reason === "empty") ? "no_progress" : "forbidden", says };
}
