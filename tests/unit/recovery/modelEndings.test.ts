import { expect, test } from "bun:test";
import { type AgentFailure, nothingSpent, type SpawnResult } from "../../../src/core/agentRunner.ts";
import { modelEnding } from "../../../src/recovery/modelEndings.ts";

const metadata = nothingSpent(undefined);
const error = (reason: AgentFailure["reason"]): SpawnResult => ({
  status: "error",
  failure: { reason, message: "m", retryable: false },
  metadata,
});

const CASES: readonly (readonly [string, SpawnResult, string])[] = [
  ["an answer", { status: "success", text: "", metadata }, "answered"],
  ["a silent one", { status: "timeout", isIdle: true, message: "m", metadata }, "nothing"],
  [
    "one that worked too long",
    { status: "timeout", message: "m", metadata: { ...metadata, tokensUsed: 5 } },
    "answered",
  ],
  ["one of which too little is known", { status: "timeout", message: "m", metadata }, "nothing"],
  ["a provider's error", error("provider"), "failed"],
  ["nobody there", error("unreachable"), "failed"],
  ["an unreadable answer", error("invalid_answer"), "failed"],
  ["a rate limit", error("rate_limited"), "limited"],
  ["a used-up quota", error("quota_exhausted"), "limited"],
  ["a wrong key", error("authentication"), "unusable"],
  ["a model that is gone", error("model_unavailable"), "unusable"],
  ["a task too large for it", error("context_overflow"), "answered"],
  ["an interruption", error("aborted"), "nothing"],
  ["a prompt that was not sent", error("prompt_refused"), "nothing"],
  ["a failure of the host", error("host"), "nothing"],
];
test.each(CASES)("%s", (_, result, kind) => {
  expect(modelEnding(result).kind).toBe(kind as never);
});
