import { type AgentFailure, type AgentRunner, nothingSpent, type SpawnResult } from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import { jsonInText } from "../core/jsonInText.ts";
import type { ProgressEntry } from "../core/progress.ts";
import { messageOf } from "../core/refusal.ts";
import { failure, type Result, success } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import { truncateUtf8 } from "../core/utf8.ts";
import type { AgentPlan, ModelRef } from "../types.ts";
import { cleanLine } from "./cleanText.ts";
import { type DecodedPlanAnswer, decodePlanAnswer, planAnswerSchema } from "./planAnswerSchema.ts";
import { correctedPrompt, type PlanningAgent } from "./planningAgents.ts";

/** An answer that cannot be read is asked for again this often. */
const MAX_REPEATED_REQUESTS = 2;
const MAX_REASON_BYTES = 600;

export interface PlannerRequest {
  readonly agent: PlanningAgent;
  readonly prompt: string;
  /** In order of preference; undefined is the session's own model. Never empty. */
  readonly models: readonly (ModelRef | undefined)[];
  readonly runner: AgentRunner;
  readonly directory: string;
  /** For the agent as a whole, further requests and models included. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly report: (level: ProgressEntry["level"], message: string) => void;
}

export interface PlannerUsage {
  readonly tokens: number;
  readonly costUsd: number;
  readonly requests: number;
}

export interface PlannerOutcome {
  /** The plan, or why there is none, in one line. */
  readonly result: Result<AgentPlan, string>;
  readonly usage: PlannerUsage;
}

/** What one spawn means for what happens next. */
type Verdict =
  | { readonly next: "accept"; readonly decoded: DecodedPlanAnswer }
  | { readonly next: "ask-again"; readonly problem: string }
  | { readonly next: "other-model"; readonly problem: string; readonly wholeProvider: boolean }
  | { readonly next: "give-up"; readonly problem: string };

/**
 * Asks one planning agent for its plan: the next model when one cannot be used, the same one again (at most twice)
 * when its answer cannot be read. Each request is a session of its own. Never rejects.
 */
export async function askPlanner(request: PlannerRequest): Promise<PlannerOutcome> {
  const { agent, clock, report } = request;
  const deadline = clock.now() + request.timeoutSeconds * 1_000;
  const spawned: SpawnResult[] = [];
  const silentProviders = new Set<string>();
  let problem = "there is no model to ask";
  for (const model of request.models) {
    if (model !== undefined && silentProviders.has(model.providerID)) continue;
    if (spawned.length > 0) report("warn", `${agent.name}: ${problem}; trying ${modelName(model)}`);
    const verdict = await askModel(request, model, deadline, spawned);
    if (verdict.next === "accept") {
      for (const note of verdict.decoded.notes) report("warn", `${agent.name}: ${note}`);
      report("info", `${agent.name}: planned ${verdict.decoded.answer.items.length} items`);
      return { result: success({ agent: agent.name, answer: verdict.decoded.answer }), usage: usageOf(spawned) };
    }
    problem = `${modelName(model)}: ${inOneLine(verdict.problem)}`;
    if (verdict.next !== "other-model") break;
    if (verdict.wholeProvider && model !== undefined) silentProviders.add(model.providerID);
  }
  return { result: failure(problem), usage: usageOf(spawned) };
}

/** One model, until its answer can be read or it has been asked often enough. Adds what it spawns to `spawned`. */
async function askModel(
  request: PlannerRequest,
  model: ModelRef | undefined,
  deadline: number,
  spawned: SpawnResult[],
): Promise<Verdict> {
  const { agent, clock, report } = request;
  let prompt = request.prompt;
  for (let repeated = 0; ; repeated++) {
    if (request.signal.aborted) return { next: "give-up", problem: "interrupted" };
    const remainingSeconds = (deadline - clock.now()) / 1_000;
    if (remainingSeconds <= 0) return { next: "give-up", problem: `no plan within ${request.timeoutSeconds} s` };

    report("info", `${agent.name}: planning with ${modelName(model)}`);
    const result = await spawnPlanner(request, prompt, model, remainingSeconds);
    spawned.push(result);
    const verdict = judge(result);
    if (verdict.next !== "ask-again" || repeated === MAX_REPEATED_REQUESTS) return verdict;
    report("warn", `${agent.name}: asking again, its answer cannot be used (${inOneLine(verdict.problem)})`);
    prompt = correctedPrompt(request.prompt, verdict.problem);
  }
}

async function spawnPlanner(
  request: PlannerRequest,
  prompt: string,
  model: ModelRef | undefined,
  timeoutSeconds: number,
): Promise<SpawnResult> {
  const { agent, clock, report } = request;
  const startedAt = clock.now();
  try {
    return await request.runner.spawnAgent("planner", prompt, {
      directory: request.directory,
      title: `Plan: ${agent.name}`,
      model,
      timeoutSeconds,
      system: agent.system,
      answer: { schema: planAnswerSchema, by: "schema", problemOf: () => undefined },
      signal: request.signal,
      onActivity: (activity) => {
        if (activity.kind === "retry") report("warn", `${agent.name}: retry ${activity.attempt}, ${activity.message}`);
      },
    });
  } catch (error) {
    // A bug in the runner costs this agent, not the others; its message reaches the user as this agent's reason.
    return {
      status: "error",
      failure: { reason: "host", message: messageOf(error), retryable: false },
      metadata: { ...nothingSpent(model), durationMs: clock.now() - startedAt },
    };
  }
}

function judge(result: SpawnResult): Verdict {
  switch (result.status) {
    case "success": {
      const decoded = decodePlanAnswer(result.structured ?? jsonInText(result.text));
      return decoded.ok ? { next: "accept", decoded: decoded.value } : { next: "ask-again", problem: decoded.failure };
    }
    case "timeout":
      return { next: "give-up", problem: result.message };
    case "checkpoint":
      return { next: "give-up", problem: `it asked a question instead of planning: ${result.checkpoint.message}` };
    case "error":
      return judgeFailure(result.failure);
    default:
      return unreachable(result);
  }
}

function judgeFailure({ reason, message }: AgentFailure): Verdict {
  switch (reason) {
    case "rate_limited":
    case "quota_exhausted":
    case "model_unavailable":
    case "authentication":
    case "context_overflow":
    case "provider":
    case "host":
      return { next: "other-model", problem: message, wholeProvider: false };
    case "unreachable":
      return { next: "other-model", problem: message, wholeProvider: true };
    case "invalid_answer":
      return { next: "ask-again", problem: message };
    case "aborted":
      return { next: "give-up", problem: message };
    default:
      return unreachable(reason);
  }
}

/** Providers answer with whole pages at times. */
function inOneLine(problem: string): string {
  return truncateUtf8(cleanLine(problem), MAX_REASON_BYTES);
}

function usageOf(spawned: readonly SpawnResult[]): PlannerUsage {
  return {
    tokens: spawned.reduce((sum, { metadata }) => sum + metadata.tokensUsed, 0),
    costUsd: spawned.reduce((sum, { metadata }) => sum + metadata.costUsd, 0),
    requests: spawned.length,
  };
}

function modelName(model: ModelRef | undefined): string {
  return model === undefined ? "the session's model" : `${model.providerID}/${model.modelID}`;
}
