import { expect, test } from "bun:test";
import type { AgentFailure } from "../../../../src/core/agentRunner.ts";
import {
  type AttemptFailure,
  type Consequence,
  consequenceOf,
  describeFailure,
  messOf,
} from "../../../../src/implementation/attempts/attemptOutcome.ts";

const agentFailed = (reason: AgentFailure["reason"], retryable = false): AttemptFailure => ({
  reason: "agent_failed",
  failure: { reason, message: "what the provider said", retryable },
});
const check = (aborted: boolean) => ({
  command: "bun test",
  how: "failed with exit status 1",
  output: "a\nb",
  aborted,
  hasVerdict: !aborted,
  assertions: [],
  fingerprints: [],
});

const CONSEQUENCES: readonly (readonly [AttemptFailure, Consequence])[] = [
  [agentFailed("authentication"), "other-model"],
  [agentFailed("model_unavailable"), "other-model"],
  [agentFailed("aborted"), "interrupted"],
  [agentFailed("context_overflow"), "regenerate"],
  [agentFailed("invalid_answer"), "regenerate"],
  [agentFailed("provider"), "regenerate"],
  [agentFailed("provider", true), "other-model"],
  [agentFailed("host", true), "stop-run"],
  [agentFailed("rate_limited", true), "other-model"],
  [agentFailed("unreachable", true), "other-model"],
  [{ reason: "agent_timeout", message: "600 s", isIdle: false }, "regenerate"],
  [{ reason: "violation", violations: [{ reason: "empty" }] }, "regenerate"],
  [{ reason: "conflict", paths: ["a"] }, "regenerate"],
  [{ reason: "acceptance_failed", check: check(false) }, "regenerate"],
  [{ reason: "acceptance_failed", check: check(true) }, "interrupted"],
  [{ reason: "verify_failed", check: check(false) }, "regenerate"],
  [{ reason: "verify_failed", check: check(true) }, "interrupted"],
  [{ reason: "setup_failed", check: check(false) }, "give-up"],
  [{ reason: "setup_failed", check: check(true) }, "interrupted"],
  [{ reason: "message_too_large", bytes: 4_000, limit: 3_072 }, "give-up"],
  [{ reason: "interrupted" }, "interrupted"],
];

test("what follows from each failure", () => {
  for (const [failed, consequence] of CONSEQUENCES) {
    expect({ failed, consequence: consequenceOf(failed) }).toEqual({ failed, consequence });
  }
});

test("each failure is one line for a person", () => {
  for (const [failed] of CONSEQUENCES) expect(describeFailure(failed)).toMatch(/^[^\n]+$/);
});

test("what can be learned from is sorted, and the rest is not", () => {
  const sorted = CONSEQUENCES.map(([failed]) => messOf(failed)?.mess);
  expect(new Set(sorted)).toEqual(
    new Set([
      undefined,
      "invalid_output",
      "context_overflow",
      "timeout",
      "no_progress",
      "conflict",
      "acceptance",
      "verify",
    ]),
  );
  expect(
    messOf({ reason: "violation", violations: [{ reason: "outside_scope", paths: ["b.ts"] }, { reason: "empty" }] }),
  ).toEqual({
    mess: "scope",
    says: "changed outside the task's files: b.ts; nothing was changed",
    paths: ["b.ts"],
  });
  expect(messOf({ reason: "agent_timeout", message: "no sign of life", isIdle: true })?.mess).toBe("no_progress");
});
