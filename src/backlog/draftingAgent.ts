import {
  type AgentFailure,
  type AgentRunner,
  type AnswerForm,
  MAX_CORRECTIONS,
  type Sampling,
  type SpawnResult,
} from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import type { Pause } from "../core/pause.ts";
import type { ProgressEntry } from "../core/progress.ts";
import { refusesTheForm } from "../core/refusedForm.ts";
import { failure, type Result, success } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import type { ModelRef } from "../types.ts";
import { DRAFT_SYSTEM } from "./draftPrompt.ts";
import { draftSchema } from "./draftSchema.ts";
import { titleLine } from "./draftText.ts";

/** Who drafts, and with what. */
export interface DraftingAgent {
  readonly runner: AgentRunner;
  readonly model: ModelRef;
  /** `text` for a model that cannot answer by schema. */
  readonly by: AnswerForm["by"];
  /** For a model that cannot call tools. */
  readonly withoutTools?: boolean | undefined;
  /** Absolute path the agent looks at. */
  readonly directory: string;
  /** Where the plan is, relative to `directory`; undefined: where the agent cannot read it. */
  readonly planFile?: string | undefined;
  /** For a session, its corrections included; there are at most two sessions. */
  readonly timeoutSeconds: number;
  readonly idleTimeoutSeconds?: number | undefined;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly report: (level: ProgressEntry["level"], message: string) => void;
  /** Told how each session ended. */
  readonly note?: ((result: SpawnResult) => Promise<void>) | undefined;
}

export interface DraftUsage {
  readonly tokens: number;
  readonly costUsd: number;
  /** True: it was asked for structured output and gave none. */
  readonly failedStructuredOutput: boolean;
  /** Of the last session. */
  readonly sampling?: Sampling | undefined;
}

export type NoDraft =
  | { readonly reason: "aborted" }
  /** There is an answer, and it still has these errors after every correction. */
  | { readonly reason: "refused"; readonly errors: string }
  /** There is no answer. `retryAt`: when the provider said that it will answer again. */
  | { readonly reason: "unanswered"; readonly message: string; readonly retryAt?: number | undefined };

export interface AskedDraft<Draft> {
  readonly result: Result<Draft, NoDraft>;
  readonly usage: DraftUsage;
}

/** A provider that asks for more patience than this is told to the user instead. */
export const LONGEST_DRAFT_WAIT_MS = 60_000;
const WAIT_MS = 5_000;

/**
 * Asks one agent for a draft that `compile` accepts; its errors go back to the same session, at most twice. What may
 * pass when the same is asked again is asked once more.
 */
export async function askForDraft<Draft>(
  agent: DraftingAgent,
  { title, prompt }: { readonly title: string; readonly prompt: string },
  compile: (answer: unknown) => Result<Draft, string>,
): Promise<AskedDraft<Draft>> {
  const ask = async (by: AnswerForm["by"]) => {
    const ended = await agent.runner.spawnAgent("backlog", prompt, {
      directory: agent.directory,
      title,
      model: agent.model,
      timeoutSeconds: agent.timeoutSeconds,
      idleTimeoutSeconds: agent.idleTimeoutSeconds,
      system: DRAFT_SYSTEM,
      withoutTools: agent.withoutTools,
      answer: { schema: draftSchema, by, problemOf: (answer) => problemIn(compile(answer)) },
      signal: agent.signal,
      onActivity: (activity) => {
        if (activity.kind === "retry") agent.report("warn", `retry ${activity.attempt}, ${activity.message}`);
        if (activity.kind === "notice") agent.report("warn", activity.message);
        if (activity.kind !== "correction") return;
        const count = `${activity.correction} of ${MAX_CORRECTIONS}`;
        agent.report("warn", `asked to correct its draft (${count}): ${titleLine(activity.problem)}`);
      },
    });
    await agent.note?.(ended);
    return ended;
  };

  const first = await ask(agent.by);
  const again = agent.signal.aborted ? undefined : secondTry(first, agent);
  if (again === undefined) return { result: outcomeOf(first, compile), usage: usageOf([first]) };
  const wait = again.waitMs === 0 ? "at once" : `in ${Math.ceil(again.waitMs / 1_000)} s`;
  agent.report("warn", `${titleLine(again.why)}; asking once more ${wait}`);
  await agent.pause(again.waitMs, agent.signal);
  if (agent.signal.aborted) return { result: failure({ reason: "aborted" }), usage: usageOf([first]) };
  const second = await ask(again.by);
  return { result: outcomeOf(second, compile), usage: usageOf([first, second]) };
}

interface SecondTry {
  readonly why: string;
  readonly waitMs: number;
  readonly by: AnswerForm["by"];
}

/** Undefined: asking once more, unchanged, would come to the same, or take too long. */
function secondTry(result: SpawnResult, { by, clock, timeoutSeconds }: DraftingAgent): SecondTry | undefined {
  if (result.status !== "error") return undefined;
  const { message: why, reason, retryable, retryAt } = result.failure;
  if (refusesTheForm(result.failure, by)) return { why, waitMs: 0, by: "text" };
  switch (reason) {
    case "rate_limited": {
      const waitMs = retryAt === undefined ? LONGEST_DRAFT_WAIT_MS : Math.max(WAIT_MS, retryAt - clock.now());
      // Who allows a draft so much time does not want to wait for longer than that.
      return waitMs <= Math.min(LONGEST_DRAFT_WAIT_MS, timeoutSeconds * 1_000) ? { why, waitMs, by } : undefined;
    }
    case "provider":
    case "unreachable":
    case "host":
      return retryable ? { why, waitMs: WAIT_MS, by } : undefined;
    case "aborted":
    case "authentication":
    case "quota_exhausted":
    case "model_unavailable":
    case "invalid_answer":
    case "context_overflow":
    case "prompt_refused":
      return undefined;
    default:
      return unreachable(reason);
  }
}

function outcomeOf<Draft>(
  result: SpawnResult,
  compile: (answer: unknown) => Result<Draft, string>,
): Result<Draft, NoDraft> {
  switch (result.status) {
    case "success": {
      const draft = compile(result.structured);
      return draft.ok ? success(draft.value) : failure({ reason: "refused", errors: draft.failure });
    }
    case "timeout":
      return failure({ reason: "unanswered", message: result.message });
    case "checkpoint":
      return failure({ reason: "unanswered", message: "it asked a question instead of answering" });
    case "error":
      return failure(noDraft(result.failure));
    default:
      return unreachable(result);
  }
}

function noDraft({ reason, message, retryAt }: AgentFailure): NoDraft {
  if (reason === "aborted") return { reason };
  if (reason === "invalid_answer") return { reason: "refused", errors: message };
  return { reason: "unanswered", message: titleLine(message), ...(retryAt === undefined ? {} : { retryAt }) };
}

function usageOf(results: readonly SpawnResult[]): DraftUsage {
  return {
    tokens: results.reduce((sum, { metadata }) => sum + metadata.tokensUsed, 0),
    costUsd: results.reduce((sum, { metadata }) => sum + metadata.costUsd, 0),
    failedStructuredOutput: results.some(({ metadata }) => metadata.failedStructuredOutput),
    sampling: results.at(-1)?.metadata.sampling,
  };
}

function problemIn(result: Result<unknown, string>): string | undefined {
  return result.ok ? undefined : result.failure;
}
