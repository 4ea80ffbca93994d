import type { Limiter } from "../core/rateLimit.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { AgentPlan, ModelRef, Plan } from "../types.ts";
import {
  type AgentOutcome,
  type AgentSurroundings,
  type AgentUsage,
  type AnswerAuthor,
  addUsage,
  askAgent,
} from "./askAgent.ts";
import { type PlanningModels, spreadModels } from "./modelQueue.ts";
import { type DecodedPlanAnswer, decodePlanAnswer, planAnswerSchema } from "./planAnswerSchema.ts";
import {
  PLANNER_PROMPT_VERSION,
  type PlanningAgent,
  type PlanningMaterial,
  planningAgents,
  planningPrompt,
} from "./planningAgents.ts";
import { structuredMerge } from "./structuredMerge.ts";

export interface PlanningRequest {
  readonly material: PlanningMaterial;
  /** How many agents to ask, at least one. */
  readonly agents: number;
  /** How many of them must give a plan; of fewer agents, all. */
  readonly quorum: number;
  readonly models: PlanningModels;
  /** How many agents plan at the same time. */
  readonly limiter: Limiter;
}

export interface PlanningOutcome {
  readonly plan: Plan;
  /** One for each answer. */
  readonly authors: readonly AnswerAuthor[];
  readonly usage: AgentUsage;
}

interface Asked {
  readonly agent: PlanningAgent;
  readonly outcome: AgentOutcome<DecodedPlanAnswer>;
}

/**
 * Asks all planning agents at once and merges their answers. An agent that fails does not stop the others; with enough
 * answers the missing agents are named in the plan. The failure is for the user: each agent's reason on a line, and a
 * last line that stands on its own.
 */
export async function runPlanningPhase(
  request: PlanningRequest,
  surroundings: AgentSurroundings,
): Promise<Result<PlanningOutcome, string>> {
  const asked = await askAll(request, surroundings);
  if (surroundings.signal.aborted)
    return failure("Planning was interrupted; no plan was written. Run plan again to start over.");

  const answered = asked.flatMap(({ outcome: { result } }) => (result.ok ? [result.value] : []));
  const missing = asked.flatMap(({ agent, outcome: { result } }) =>
    result.ok ? [] : [{ agent: agent.name, reason: result.failure }],
  );
  const needed = Math.min(request.quorum, asked.length);
  if (answered.length < needed) return failure(belowQuorum(missing, answered.length, needed));

  const answers = answered.map(({ answer, author }): AgentPlan => ({ agent: author.agent, answer: answer.answer }));
  return success({
    plan: structuredMerge(answers, missing),
    authors: answered.map(({ author }) => author),
    usage: asked.map(({ outcome }) => outcome.usage).reduce(addUsage),
  });
}

async function askAll(request: PlanningRequest, surroundings: AgentSurroundings): Promise<Asked[]> {
  const prompt = planningPrompt(request.material);
  const orders = await spreadModels(request.models, request.agents, surroundings.memory);
  const asking = planningAgents(request.agents).map((agent, index) =>
    request.limiter(async (): Promise<Asked> => {
      const outcome = await askPlanner(agent, prompt, orders[index] ?? [], surroundings);
      return { agent, outcome };
    }),
  );
  return Promise.all(asking);
}

async function askPlanner(
  { name, system }: PlanningAgent,
  prompt: string,
  models: readonly ModelRef[],
  surroundings: AgentSurroundings,
): Promise<AgentOutcome<DecodedPlanAnswer>> {
  const { report } = surroundings;
  const outcome = await askAgent(
    {
      role: "planner",
      name,
      title: `Plan: ${name}`,
      system,
      prompt,
      promptVersion: PLANNER_PROMPT_VERSION,
      schema: planAnswerSchema,
      decode: decodePlanAnswer,
      models,
    },
    surroundings,
  );
  if (!outcome.result.ok) {
    report("error", `${name}: no plan; ${outcome.result.failure}`);
    return outcome;
  }
  const { answer, notes } = outcome.result.value.answer;
  for (const note of notes) report("warn", `${name}: ${note}`);
  report("info", `${name}: planned ${answer.items.length} items`);
  return outcome;
}

function belowQuorum(missing: Plan["missing"], answered: number, needed: number): string {
  const reasons = missing.map(({ agent, reason }) => `${agent}: ${reason}`);
  const asked = answered + missing.length;
  const summary = `Planning failed: ${answered} of ${asked} agents gave a plan, ${needed} needed (${reasons.join("; ")}).`;
  return [...reasons, `${summary} Run plan again, name other models in models.planning, or lower --quorum.`].join("\n");
}
