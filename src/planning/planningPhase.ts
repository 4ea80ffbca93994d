import { counted } from "../core/counted.ts";
import type { Limiter } from "../core/rateLimit.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { AgentPlan, Plan } from "../types.ts";
import type { AgentOutcome, AgentRequest, AnswerAuthor, NoAnswer } from "./agentRequest.ts";
import type { AgentSurroundings } from "./agentSurroundings.ts";
import { type AgentUsage, addUsage } from "./agentUsage.ts";
import { askAgent } from "./askAgent.ts";
import { groupBy } from "./groupBy.ts";
import { type PlanningModels, spreadModels } from "./modelQueue.ts";
import { type DecodedPlanAnswer, decodePlanAnswer, planAnswerSchema } from "./planAnswerSchema.ts";
import {
  PLANNER_PROMPT_VERSION,
  type PlanningAgent,
  type PlanningMaterial,
  planningAgents,
  planningPrompt,
} from "./planningAgents.ts";
import { QuorumGate } from "./quorumGate.ts";
import { structuredMerge } from "./structuredMerge.ts";

/** Characters of an agent's reason in the command's last line; progress told the whole of it. */
const MAX_REASON = 120;

type Patience = (decided: AbortSignal) => Promise<void>;

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
 * answers the missing agents are named in the plan, and no model that may cost money is asked for more. The failure is
 * for the user, one line that stands on its own.
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
    result.ok ? [] : [{ agent: agent.name, ...result.failure }],
  );
  const needed = neededOf(request);
  if (answered.length < needed) return failure(belowQuorum(missing, answered.length, needed));

  const answers = answered.map(({ answer, author }): AgentPlan => ({ agent: author.agent, answer: answer.answer }));
  return success({
    plan: structuredMerge(
      answers,
      missing.map(({ agent, reason }) => ({ agent, reason })),
    ),
    authors: answered.map(({ author }) => author),
    usage: asked.map(({ outcome }) => outcome.usage).reduce(addUsage),
  });
}

function neededOf({ agents, quorum }: PlanningRequest): number {
  return Math.min(quorum, agents);
}

async function askAll(request: PlanningRequest, surroundings: AgentSurroundings): Promise<Asked[]> {
  const prompt = planningPrompt(request.material);
  const { spread, behind } = request.models;
  const orders = await spreadModels(spread, request.agents, surroundings.memory);
  const agents = planningAgents(request.agents);
  const gate = new QuorumGate(
    agents.map(({ name }) => name),
    neededOf(request),
  );
  const asking = agents.map((agent, index) =>
    request.limiter(async (): Promise<Asked> => {
      const models = {
        models: orders[index] ?? [],
        behind: { models: behind, isNeeded: (patience: Patience) => gate.isNeeded(agent.name, patience) },
      };
      const outcome = await askPlanner(agent, prompt, models, surroundings);
      gate.settle(agent.name, outcome.result.ok);
      return { agent, outcome };
    }),
  );
  return Promise.all(asking);
}

async function askPlanner(
  { name, system }: PlanningAgent,
  prompt: string,
  models: Pick<AgentRequest<unknown>, "models" | "behind">,
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
      ...models,
    },
    surroundings,
  );
  if (!outcome.result.ok) {
    report("error", `${name}: no plan; ${outcome.result.failure.news}`);
    return outcome;
  }
  const { answer, notes } = outcome.result.value.answer;
  for (const note of notes) report("warn", `${name}: ${note}`);
  report("info", `${name}: planned ${counted(answer.items.length, "item")}`);
  return outcome;
}

interface Missing extends NoAnswer {
  readonly agent: string;
}

/** Each reason once, with the agents that share it. */
function belowQuorum(missing: readonly Missing[], answered: number, needed: number): string {
  const reasons = [...groupBy(missing, ({ reason }) => inShort(reason))].map(
    ([reason, alike]) => `${alike.map(({ agent }) => agent).join(", ")}: ${reason}`,
  );
  const advice = [
    "name other models in models.planning",
    ...(missing.some(({ isOutOfTime }) => isOutOfTime) ? ["raise planningTimeoutSeconds"] : []),
    ...(answered > 0 ? ["lower --quorum"] : []),
  ];
  const gave = `${answered} of ${counted(answered + missing.length, "agent")} gave a plan, ${needed} needed`;
  return `Planning failed: ${gave} (${reasons.join("; ")}). Run plan again, or ${advice.join(", or ")}.`;
}

function inShort(reason: string): string {
  const characters = [...reason];
  return characters.length <= MAX_REASON ? reason : `${characters.slice(0, MAX_REASON - 1).join("")}…`;
}
