import { compileAddition } from "../../backlog/draftedAddition.ts";
import { additionSchema } from "../../backlog/draftSchema.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { sampledModel } from "../../core/sampledModel.ts";
import type { AgentSurroundings } from "../../planning/agentSurroundings.ts";
import type { AgentUsage } from "../../planning/agentUsage.ts";
import { askAgent } from "../../planning/askAgent.ts";
import type { ModelRef, Task } from "../../types.ts";
import { GAP_PLAN_PROMPT_VERSION, GAP_PLAN_SYSTEM, type GapPlanMaterial, gapPlanPrompt } from "./gapPlanPrompt.ts";

/** Tasks for what a goal lacks, not part of the backlog yet. */
export interface GapPlan {
  /** In the order of work. */
  readonly tasks: readonly Task[];
  /** D1: with what it was sampled. */
  readonly author: string;
  readonly promptVersion: string;
}

export interface DraftedGapPlan {
  /** The failure is why there is none, in one line. */
  readonly result: Result<GapPlan, string>;
  readonly usage: AgentUsage;
}

/**
 * Asks one drafting agent for the tasks that add what is missing. They are compiled together with the tasks there are;
 * errors go back to the same session, at most twice.
 *
 * @param models in order of preference
 */
export async function draftGapPlan(
  material: GapPlanMaterial,
  models: readonly ModelRef[],
  agents: AgentSurroundings,
): Promise<DraftedGapPlan> {
  const { result, usage } = await askAgent(
    {
      role: "backlog",
      name: "gap plan",
      title: "Gap plan",
      system: GAP_PLAN_SYSTEM,
      promptVersion: GAP_PLAN_PROMPT_VERSION,
      prompt: gapPlanPrompt(material),
      schema: additionSchema,
      decode: (answer) => compileAddition(material, answer),
      models,
    },
    agents,
  );
  if (!result.ok) return { result: failure(result.failure.reason), usage };
  const { answer, author } = result.value;
  const { promptVersion, sampling } = author;
  return { result: success({ tasks: answer, author: sampledModel(author.model, sampling), promptVersion }), usage };
}
