import type { AgentFailure, AgentRunner, SpawnResult } from "../../core/agentRunner.ts";
import { createLimiter } from "../../core/rateLimit.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { ModelRef } from "../../types.ts";

/** Whether a model answers. */
export type ProbedModel =
  | { readonly model: ModelRef; readonly ok: true }
  | {
      readonly model: ModelRef;
      readonly ok: false;
      readonly reason: AgentFailure["reason"] | "timeout" | "cooling";
      readonly message: string;
      /** True: it may answer later, without any change. False: a key or a name has to be mended first. */
      readonly retryable: boolean;
    };

export interface ProbeOptions {
  readonly runner: AgentRunner;
  /** Absolute path the sessions run in. */
  readonly directory: string;
  /** Models asked at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Why a model is not even to be asked now, in one line: it would only be refused again. */
  readonly whyNotNow?: ((model: ModelRef) => Promise<string | undefined>) | undefined;
  /** Told how each spawn ended. */
  readonly note?: ((model: ModelRef, result: SpawnResult) => Promise<void>) | undefined;
}

const TIME_LIMIT_SECONDS = 20;
const PROMPT = "This is a health check. Answer with the word: ready";
const SYSTEM = "Answer with one word.";

/**
 * Asks each model one tiny request, in the order given. Whatever it says, a model that answers is fine: what its answer
 * is worth shows in the work. Never rejects for an expected failure.
 */
export function probeModels(models: readonly ModelRef[], options: ProbeOptions): Promise<readonly ProbedModel[]> {
  const limiter = createLimiter(options.concurrency);
  return Promise.all(models.map((model) => limiter(() => probe(model, options))));
}

async function probe(model: ModelRef, options: ProbeOptions): Promise<ProbedModel> {
  const { runner, directory, signal, whyNotNow, note } = options;
  if (signal.aborted) return { model, ok: false, reason: "aborted", message: "interrupted", retryable: true };
  const notNow = await whyNotNow?.(model);
  if (notNow !== undefined) return { model, ok: false, reason: "cooling", message: notNow, retryable: true };
  const result = await runner.spawnAgent("probe", PROMPT, {
    directory,
    title: "Health check",
    model,
    timeoutSeconds: TIME_LIMIT_SECONDS,
    providerRetries: 0,
    withoutTools: true,
    system: SYSTEM,
    signal,
  });
  await note?.(model, result);
  return judge(model, result);
}

function judge(model: ModelRef, result: SpawnResult): ProbedModel {
  switch (result.status) {
    case "success":
    case "checkpoint":
      return { model, ok: true };
    case "timeout":
      return { model, ok: false, reason: "timeout", message: result.message, retryable: true };
    case "error":
      return judgeFailure(model, result.failure);
    default:
      return unreachable(result);
  }
}

function judgeFailure(model: ModelRef, { reason, message, retryable }: AgentFailure): ProbedModel {
  switch (reason) {
    // There is an answer, of a wrong form or cut off.
    case "invalid_answer":
      return { model, ok: true };
    case "authentication":
    case "model_unavailable":
      return { model, ok: false, reason, message, retryable: false };
    case "rate_limited":
    case "quota_exhausted":
    case "unreachable":
    case "aborted":
      return { model, ok: false, reason, message, retryable: true };
    case "context_overflow":
    case "prompt_refused":
    case "provider":
    case "host":
      return { model, ok: false, reason, message, retryable };
    default:
      return unreachable(reason);
  }
}
