import type { AgentFailure, AgentRole, SpawnResult } from "../core/agentRunner.ts";
import { unreachable } from "../core/unreachable.ts";
import type { ModelRef } from "../types.ts";
import type { ModelMemory } from "./modelMemory.ts";

/** What a spawn's ending says about the model itself; whether the task was done is another matter. */
export type ModelEnding =
  | { readonly kind: "answered" }
  /** O7: counts against it in its role. */
  | { readonly kind: "failed"; readonly why: string }
  /** It is to be left alone for a while, whatever the role. */
  | { readonly kind: "limited"; readonly failure: AgentFailure }
  /** Nobody here can use it until something is changed: its key, or its name. */
  | { readonly kind: "unusable"; readonly why: string }
  | { readonly kind: "nothing" };

export function modelEnding(result: SpawnResult): ModelEnding {
  switch (result.status) {
    case "success":
    case "checkpoint":
      return { kind: "answered" };
    case "timeout":
      // At work until its time was up, or silent for once: others may be getting answers from it at this moment.
      return result.metadata.tokensUsed > 0 ? { kind: "answered" } : { kind: "nothing" };
    case "error":
      return endingOfFailure(result.failure);
    default:
      return unreachable(result);
  }
}

function endingOfFailure(failure: AgentFailure): ModelEnding {
  switch (failure.reason) {
    case "provider":
    case "unreachable":
    case "invalid_answer":
      return { kind: "failed", why: failure.message };
    case "rate_limited":
    case "quota_exhausted":
      return { kind: "limited", failure };
    case "authentication":
    case "model_unavailable":
      return { kind: "unusable", why: failure.message };
    case "context_overflow":
      return { kind: "answered" };
    case "aborted":
    case "prompt_refused":
    case "host":
      return { kind: "nothing" };
    default:
      return unreachable(failure.reason);
  }
}

/** Has `memory` keep what a spawn's ending says about its model. */
export async function rememberEnding(
  memory: ModelMemory,
  model: ModelRef,
  role: AgentRole,
  ending: ModelEnding,
): Promise<void> {
  switch (ending.kind) {
    case "answered":
      return memory.succeeded(model, role);
    case "failed":
      return memory.failed(model, role, ending.why);
    case "limited":
      await memory.coolDown(model, ending.failure, role);
      return undefined;
    case "unusable":
    case "nothing":
      return memory.undecided(model, role);
    default:
      return unreachable(ending);
  }
}
