import { formatModelRef } from "../core/modelCatalog.ts";
import type { ModelRef } from "../types.ts";

export interface AgentUsage {
  readonly tokens: number;
  readonly costUsd: number;
  /** Every model that something was spent on or that gave an answer, once each, in the order of asking. */
  readonly models: readonly ModelRef[];
}

export const NOTHING_USED: AgentUsage = { tokens: 0, costUsd: 0, models: [] };

export function addUsage(one: AgentUsage, other: AgentUsage): AgentUsage {
  const models = new Map([...one.models, ...other.models].map((model) => [formatModelRef(model), model]));
  return { tokens: one.tokens + other.tokens, costUsd: one.costUsd + other.costUsd, models: [...models.values()] };
}
