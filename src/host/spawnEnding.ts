import type { AssistantMessage, Part } from "@opencode-ai/sdk/v2/client";
import type { AgentFailure, SpawnResult } from "../core/agentRunner.ts";
import { jsonInText } from "../core/jsonInText.ts";
import { unreachable } from "../core/unreachable.ts";
import { failureOf, failureOfRetries } from "./agentFailures.ts";
import type { StopReason } from "./sessionWatch.ts";

/** What came of sending a prompt: a message, or OpenCode's refusal to run it. */
export type PromptOutcome =
  | { readonly kind: "answered"; readonly info: AssistantMessage; readonly parts: readonly Part[] }
  | { readonly kind: "rejected"; readonly message: string };

/** A spawn's result before its costs are known. */
export type SpawnEnding = SpawnResult extends infer Result
  ? Result extends SpawnResult
    ? Omit<Result, "metadata">
    : never
  : never;

/** @param secrets keys that some providers repeat in their messages */
export function endingOfOutcome(
  outcome: PromptOutcome,
  wantsStructure: boolean,
  secrets: readonly string[],
): SpawnEnding {
  if (outcome.kind === "rejected") return errorEnding({ reason: "host", message: outcome.message, retryable: false });
  const { info, parts } = outcome;
  const text = parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
  if (!wantsStructure) {
    return info.error === undefined ? { status: "success", text } : errorEnding(failureOf(info.error, secrets));
  }
  const structured: unknown = info.structured ?? jsonInText(text);
  if (structured !== undefined) return { status: "success", text, structured };
  if (info.error !== undefined) return errorEnding(failureOf(info.error, secrets));
  return errorEnding({
    reason: "invalid_answer",
    message: "the model answered in prose, without JSON",
    retryable: true,
  });
}

/** The ending of a session that had to be stopped. */
export function endingOfStop(stop: StopReason, secrets: readonly string[]): SpawnEnding {
  switch (stop.reason) {
    case "timeout":
      return { status: "timeout", message: `no answer within ${stop.seconds} s` };
    case "idle":
      return { status: "timeout", isIdle: true, message: `no sign of life for ${stop.seconds} s` };
    case "aborted":
      return errorEnding({ reason: "aborted", message: "the session was stopped", retryable: false });
    case "provider-retries":
      return errorEnding(failureOfRetries(stop, secrets));
    default:
      return unreachable(stop);
  }
}

export function errorEnding(failure: AgentFailure): SpawnEnding {
  return { status: "error", failure };
}
