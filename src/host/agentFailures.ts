import type { AssistantMessage } from "@opencode-ai/sdk/v2/client";
import type { AgentFailure } from "../core/agentRunner.ts";
import type { StopReason } from "./sessionWatch.ts";

type MessageError = NonNullable<AssistantMessage["error"]>;
type ApiError = Extract<MessageError, { name: "APIError" }>["data"];

/** What providers say can be a page; a reason is a line. */
const MESSAGE_CHARACTERS = 300;

/** Gemini calls a limit of the minute a quota too, and names the time when it ends. */
const SOON_MS = 5 * 60_000;

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
      return apiFailure(error.data);
    default:
      return { reason: "provider", message: messageOfError(error), retryable: true };
  }
}

/** From the HTTP status of the model's server; without one it never answered. */
function apiFailure(error: ApiError): AgentFailure {
  const { statusCode, isRetryable } = error;
  const message = statusCode === undefined ? error.message : `${error.message} (HTTP ${statusCode})`;
  switch (statusCode) {
    case 401:
    case 403:
      return { reason: "authentication", message, retryable: false };
    case 402:
      return { reason: "quota_exhausted", message, retryable: false };
    case 429:
      return limited(message, namedTime(error.responseHeaders ?? {}, Date.now()));
    case 404:
      return { reason: "model_unavailable", message, retryable: false };
    default:
      return { reason: "provider", message, retryable: isRetryable };
  }
}

/** From the text OpenCode shows while it retries by itself; all it says about the cause is in there. */
export function failureOfRetries(
  { message, retryAt, requests }: Omit<Extract<StopReason, { reason: "provider-retries" }>, "reason">,
  secrets: readonly string[] = [],
): AgentFailure {
  const shown = presentable(message, secrets);
  if (/\brate|quota|429|too many/i.test(message)) return limited(shown, retryAt);
  const isUnreachable = /connect|ECONN|ENOTFOUND|EAI_AGAIN|network|fetch failed/i.test(message);
  return {
    reason: isUnreachable ? "unreachable" : "provider",
    message: `the provider ${requests > 1 ? "kept failing" : "failed"}: ${shown}`,
    retryable: true,
  };
}

/** A limit a minute mends, or one that is used up: providers answer 429 to both and differ in words only. */
function limited(message: string, retryAt: number | undefined): AgentFailure {
  const isSoon = retryAt !== undefined && retryAt - Date.now() < SOON_MS;
  const isUsedUp = !isSoon && /quota|billing|credit|balance|per day|daily/i.test(message);
  return {
    reason: isUsedUp ? "quota_exhausted" : "rate_limited",
    message,
    retryable: !isUsedUp,
    ...(retryAt === undefined ? {} : { retryAt }),
  };
}

/** RFC 9110's `retry-after` (seconds or a date) and the `retry-after-ms` some providers send. */
function namedTime(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const milliseconds = Number(given.get("retry-after-ms") ?? Number.NaN);
  if (milliseconds > 0) return now + milliseconds;
  const after = given.get("retry-after") ?? "";
  const at = /^\d+(\.\d+)?$/.test(after) ? now + Number(after) * 1_000 : Date.parse(after);
  return at > now ? at : undefined;
}

function presentable(message: string, secrets: readonly string[]): string {
  const line = message.replace(/[\s\p{Cc}]+/gu, " ").trim();
  const safe = secrets.reduce((text, secret) => text.replaceAll(secret, "[key]"), line);
  return safe.length <= MESSAGE_CHARACTERS ? safe : `${safe.slice(0, MESSAGE_CHARACTERS - 1)}…`;
}

function messageOfError(error: MessageError): string {
  const message: unknown = Reflect.get(error.data, "message");
  return typeof message === "string" && message !== "" ? message : error.name;
}
