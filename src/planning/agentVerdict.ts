import type { AgentFailure, AnswerForm, SpawnResult } from "../core/agentRunner.ts";
import { refusesTheForm } from "../core/refusedForm.ts";
import type { Result } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import { problemsInBrief } from "./schemaErrors.ts";

/** What one spawn means for what happens next. */
export type Verdict<Answer> =
  | { readonly next: "accept"; readonly answer: Answer }
  /** It cools down. */
  | { readonly next: "later"; readonly failure: AgentFailure }
  /** The same model, for JSON in words. */
  | { readonly next: "in-words"; readonly problem: string }
  | { readonly next: "other-model"; readonly problem: string; readonly wholeProvider: boolean }
  /** Another one: this one used up its time. */
  | { readonly next: "too-late" }
  /** Another one: this one's answer could not be used, corrections included. */
  | { readonly next: "wrong-form"; readonly problem: string }
  | { readonly next: "give-up"; readonly problem: string };

/** @param by how the answer was asked for */
export function judgeResult<Answer>(
  result: SpawnResult,
  by: AnswerForm["by"],
  decode: (value: unknown) => Result<Answer, string>,
): Verdict<Answer> {
  switch (result.status) {
    case "success": {
      const decoded = decode(result.structured);
      return decoded.ok ? { next: "accept", answer: decoded.value } : wrongForm(decoded.failure);
    }
    case "timeout":
      return result.isIdle === true ? otherModel(result.message) : { next: "too-late" };
    case "checkpoint":
      return { next: "give-up", problem: `it asked a question instead of answering: ${result.checkpoint.message}` };
    case "error":
      return judgeFailure(result.failure, by);
    default:
      return unreachable(result);
  }
}

function judgeFailure(failed: AgentFailure, by: AnswerForm["by"]): Verdict<never> {
  const { reason, message } = failed;
  if (refusesTheForm(failed, by)) return { next: "in-words", problem: message };
  switch (reason) {
    case "rate_limited":
    case "quota_exhausted":
      return { next: "later", failure: failed };
    case "provider":
    case "model_unavailable":
    case "authentication":
    case "context_overflow":
    case "host":
      return otherModel(message);
    case "invalid_answer":
      return wrongForm(message);
    case "unreachable":
      return { next: "other-model", problem: message, wholeProvider: true };
    case "prompt_refused":
    case "aborted":
      return { next: "give-up", problem: message };
    default:
      return unreachable(reason);
  }
}

function wrongForm(problem: string): Verdict<never> {
  return { next: "wrong-form", problem: problemsInBrief(problem) };
}

function otherModel(problem: string): Verdict<never> {
  return { next: "other-model", problem, wholeProvider: false };
}
