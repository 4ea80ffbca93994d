import { expect, test } from "bun:test";
import * as failures from "../../../src/host/agentFailures.ts";

const KEY = "sk-refused-0123";
const failureOf = (error: Parameters<typeof failures.failureOf>[0]) => failures.failureOf(error, [KEY]);
const failureOfRetries = (message: string, retryAt?: number, requests = 3) =>
  failures.failureOfRetries({ message, retryAt, requests }, [KEY]);

const api = (statusCode: number | undefined, isRetryable = false) =>
  failureOf({
    name: "APIError",
    data: { message: "No", isRetryable, ...(statusCode === undefined ? {} : { statusCode }) },
  });

test.each([
  [401, "authentication", false],
  [403, "authentication", false],
  [402, "quota_exhausted", false],
  [429, "rate_limited", true],
  [404, "model_unavailable", false],
])("HTTP %d is %s", (status, reason, retryable) => {
  expect(api(status)).toEqual({ reason: reason as "provider", message: `No (HTTP ${status})`, retryable });
});

test("any other answer of a provider can be tried again if OpenCode says so", () => {
  expect(api(500, true)).toMatchObject({ reason: "provider", retryable: true });
  expect(api(400, false)).toMatchObject({ reason: "provider", retryable: false });
  expect(api(undefined, true)).toMatchObject({ message: "No", retryable: true });
});

test("errors without a status are sorted by name", () => {
  expect(failureOf({ name: "MessageAbortedError", data: { message: "x" } })).toMatchObject({
    reason: "aborted",
    retryable: false,
  });
  expect(failureOf({ name: "ProviderAuthError", data: { providerID: "p", message: "No key" } })).toMatchObject({
    reason: "authentication",
    message: "No key",
    retryable: false,
  });
  expect(failureOf({ name: "StructuredOutputError", data: { message: "x", retries: 2 } })).toMatchObject({
    reason: "invalid_answer",
    retryable: true,
  });
  expect(failureOf({ name: "ContextOverflowError", data: { message: "Too long" } })).toMatchObject({
    reason: "context_overflow",
    retryable: false,
  });
  expect(failureOf({ name: "UnknownError", data: { message: "" } }).message).toBe("UnknownError");
});

test.each([
  ["Rate limit reached", "rate_limited"],
  ["Too Many Requests", "rate_limited"],
  ["Unable to connect. Is the computer able to access the url?", "unreachable"],
  ["connect ECONNREFUSED 127.0.0.1:9", "unreachable"],
  ["Internal server error", "provider"],
])("a provider retried for '%s' is %s", (message, reason) => {
  const failure = failureOfRetries(message);
  expect(failure).toMatchObject({ reason: reason as "provider", retryable: true });
  expect(failure.message).toContain(message);
});

test("a provider's words are one line, not too long, without the key they repeat", () => {
  const said = `Incorrect key:\n  ${KEY}\u001b[31m ${"x".repeat(400)}`;
  for (const { message } of [
    failureOf({ name: "APIError", data: { message: said, isRetryable: false } }),
    failureOfRetries(said),
  ]) {
    expect(message).toContain("Incorrect key: [key]");
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message.length).toBeLessThan(350);
  }
});

test("a provider is said to have kept failing only when it was asked more than once", () => {
  expect(failureOfRetries("Overloaded", undefined, 1).message).toBe("the provider failed: Overloaded");
  expect(failureOfRetries("Overloaded", undefined, 2).message).toBe("the provider kept failing: Overloaded");
});
