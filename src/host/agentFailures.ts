import type { AssistantMessage } from "@opencode-ai/sdk/v2/client";
import type { AgentFailure } from "../core/agentRunner.ts";

type MessageError = NonNullable<AssistantMessage["error"]>;

/** What providers say can be a page; a reason is a line. */
const MESSAGE_CHARACTERS = 300;

/**
 * Sorts an error of OpenCode into the failures the rest of the program knows. The provider's words are kept on one
 * line; some providers repeat the key they refuse, so `secrets` are blotted out.
 */
export function failureOf(error: MessageError, secrets: readonly string[] = []): AgentFailure {
  const sorted = sortError(error);
  return { ...sorted, message: presentable(sorted.message, secrets) };
}

function sortError(error: MessageError): AgentFailure {
  switch (error.name) {
    case "MessageAbortedError":
      return { reason: "aborted", message: "the session was stopped", retryable: false };
    case "ProviderAuthError":
      return { reason: "authentication", message: error.data.message, retryable: false };
    case "StructuredOutputError":
      return { reason: "invalid_answer", message: "the model answered without the form asked for", retryable: true };
    case "ContextOverflowError":
      return { reason: "context_overflow", message: error.data.message, retryable: false };
    case "MessageOutputLengthError":
      return {
        reason: "invalid_answer",
        message: "the answer was cut off at the model's length limit",
        retryable: true,
      };
    case "ContentFilterError":
      return { reason: "provider", message: messageOfError(error), retryable: false };
    case "APIError":
      return apiFailure(error.data.statusCode, error.data.message, error.data.isRetryable);
    default:
      return { reason: "provider", message: messageOfError(error), retryable: true };
  }
}

/** From the HTTP status of the model's server; undefined when it never answered. */
function apiFailure(status: number | undefined, message: string, isRetryable: boolean): AgentFailure {
  const shown = status === undefined ? message : `${message} (HTTP ${status})`;
  switch (status) {
    case 401:
    case 403:
      return { reason: "authentication", message: shown, retryable: false };
    case 402:
    case 429:
      return { reason: "rate_limited", message: shown, retryable: true };
    case 404:
      return { reason: "model_unavailable", message: shown, retryable: false };
    default:
      return { reason: "provider", message: shown, retryable: isRetryable };
  }
}

/** From the text OpenCode shows while it retries by itself; all it says about the cause is in there. */
export function failureOfRetries(message: string, secrets: readonly string[] = []): AgentFailure {
  const shown = presentable(message, secrets);
  return { reason: reasonOfRetries(message), message: `the provider kept failing: ${shown}`, retryable: true };
}

function presentable(message: string, secrets: readonly string[]): string {
  const line = message.replace(/[\s\p{Cc}]+/gu, " ").trim();
  const safe = secrets.reduce((text, secret) => text.replaceAll(secret, "[key]"), line);
  return safe.length <= MESSAGE_CHARACTERS ? safe : `${safe.slice(0, MESSAGE_CHARACTERS - 1)}…`;
}

function reasonOfRetries(message: string): AgentFailure["reason"] {
  if (/rate|quota|429|too many/i.test(message)) return "rate_limited";
  return /connect|ECONN|ENOTFOUND|EAI_AGAIN|network|fetch failed/i.test(message) ? "unreachable" : "provider";
}

function messageOfError(error: MessageError): string {
  const message: unknown = Reflect.get(error.data, "message");
  return typeof message === "string" && message !== "" ? message : error.name;
}
