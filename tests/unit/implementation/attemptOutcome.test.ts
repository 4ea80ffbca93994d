import { expect, test } from "bun:test";
import type { AgentFailure } from "../../../src/core/agentRunner.ts";
import {
  type AttemptFailure,
  type Consequence,
  consequenceOf,
  describeFailure,
  lessonOf,
} from "../../../src/implementation/attemptOutcome.ts";

const agentFailed = (reason: AgentFailure["reason"], retryable = false): AttemptFailure => ({
  reason: "agent_failed",
  failure: { reason, message: "what the provider said", retryable },
});
const check = (aborted: boolean) => ({
  command: "bun test",
  how: "failed with exit status 1",
  output: "a\nb",
  aborted,
});

const CONSEQUENCES: readonly (readonly [AttemptFailure, Consequence])[] = [
  [agentFailed("authentication"), "stop-run"],
  [agentFailed("model_unavailable"), "stop-run"],
  [agentFailed("aborted"), "interrupted"],
  [agentFailed("context_overflow"), "regenerate"],
  [agentFailed("invalid_answer"), "regenerate"],
  [agentFailed("provider"), "regenerate"],
  [agentFailed("rate_limited", true), "stop-run"],
  [agentFailed("unreachable", true), "stop-run"],
  [{ reason: "agent_timeout", message: "600 s" }, "regenerate"],
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

test("a lesson is the line, and of a failed command the end of what it printed", () => {
  expect(lessonOf({ reason: "verify_failed", check: check(false) }, 600)).toBe(
    "An earlier attempt was thrown away: verify, together with what has landed: 'bun test' failed with exit status 1: b\na\nb",
  );
  expect(lessonOf({ reason: "conflict", paths: ["a"] }, 600)).not.toContain("\n");
});

test("where there is little room, the end of the output goes before its beginning", () => {
  const output = Array.from({ length: 500 }, (_, index) => `line ${index}`).join("\n");
  const lesson = lessonOf({ reason: "acceptance_failed", check: { ...check(false), output } }, 300);
  expect(Buffer.byteLength(lesson)).toBeLessThanOrEqual(300);
  expect(lesson).toEndWith("\nline 498\nline 499");
  expect(lesson).not.toContain("line 0\n");
});
