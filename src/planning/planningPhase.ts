import type { AgentRunner } from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import type { LogProgress } from "../core/progress.ts";
import type { Limiter } from "../core/rateLimit.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { AgentPlan, ModelRef, Plan } from "../types.ts";
import { askPlanner, type PlannerOutcome, type PlannerUsage } from "./askPlanner.ts";
import { type PlanningAgent, planningAgents, planningPrompt } from "./planningAgents.ts";
import { structuredMerge } from "./structuredMerge.ts";

export interface PlanningRequest {
  readonly feature: string;
  readonly overview: string;
  /** How many agents to ask, at least one. */
  readonly agents: number;
  /** How many of them must give a plan; of fewer agents, all. */
  readonly quorum: number;
  /** Spread over the agents in turn; each agent has the others to fall back on. Empty: the session's model. */
  readonly models: readonly (ModelRef | undefined)[];
  readonly runner: AgentRunner;
  /** Absolute path the agents look at. */
  readonly directory: string;
  /** For each agent as a whole. */
  readonly timeoutSeconds: number;
  /** How many agents plan at the same time. */
  readonly limiter: Limiter;
  readonly signal: AbortSignal;
  readonly logProgress: LogProgress;
  readonly clock: Clock;
}

export interface PlanningOutcome {
  readonly plan: Plan;
  readonly usage: PlannerUsage & { readonly durationMs: number };
}

interface Asked {
  readonly agent: PlanningAgent;
  readonly outcome: PlannerOutcome;
}

/**
 * Asks all planning agents at once and merges their answers. An agent that fails does not stop the others; with enough
 * answers the missing agents are named in the plan. The failure is for the user: each agent's reason on a line, and a
 * last line that stands on its own.
 */
export async function runPlanningPhase(request: PlanningRequest): Promise<Result<PlanningOutcome, string>> {
  const startedAt = request.clock.now();
  const asked = await askAll(request);
  if (request.signal.aborted)
    return failure("Planning was interrupted; no plan was written. Run plan again to start over.");

  const answers = asked.flatMap(({ outcome }): AgentPlan[] => (outcome.result.ok ? [outcome.result.value] : []));
  const missing = asked.flatMap(({ agent, outcome }) =>
    outcome.result.ok ? [] : [{ agent: agent.name, reason: outcome.result.failure }],
  );
  const needed = Math.min(request.quorum, asked.length);
  if (answers.length < needed) return failure(belowQuorum(missing, answers.length, needed));

  const usage = asked.map(({ outcome }) => outcome.usage).reduce(addUsage);
  return success({
    plan: structuredMerge(answers, missing),
    usage: { ...usage, durationMs: request.clock.now() - startedAt },
  });
}

function askAll(request: PlanningRequest): Promise<Asked[]> {
  const prompt = planningPrompt(request.feature, request.overview);
  const report = (level: "info" | "warn" | "error", message: string) =>
    request.logProgress({ message, level, context: { phaseId: "plan", timestamp: request.clock.now() } });

  const asking = planningAgents(request.agents).map((agent, index) =>
    request.limiter(async (): Promise<Asked> => {
      const models = modelsFor(index, request.models);
      const outcome = await askPlanner({ ...request, agent, prompt, models, report });
      if (!outcome.result.ok) report("error", `${agent.name}: no plan; ${outcome.result.failure}`);
      return { agent, outcome };
    }),
  );
  return Promise.all(asking);
}

/** All models, beginning with this agent's own. */
function modelsFor(index: number, models: PlanningRequest["models"]): readonly (ModelRef | undefined)[] {
  if (models.length === 0) return [undefined];
  const first = index % models.length;
  return [...models.slice(first), ...models.slice(0, first)];
}

function belowQuorum(missing: Plan["missing"], answered: number, needed: number): string {
  const reasons = missing.map(({ agent, reason }) => `${agent}: ${reason}`);
  const asked = answered + missing.length;
  const summary = `Planning failed: ${answered} of ${asked} agents gave a plan, ${needed} needed (${reasons.join("; ")}).`;
  return [...reasons, `${summary} Run plan again, name other models in models.planning, or lower --quorum.`].join("\n");
}

function addUsage(left: PlannerUsage, right: PlannerUsage): PlannerUsage {
  return {
    tokens: left.tokens + right.tokens,
    costUsd: left.costUsd + right.costUsd,
    requests: left.requests + right.requests,
  };
}
