import type { CommandContext } from "../core/commandContext.ts";
import { formatModelRef, parseModelRef } from "../core/modelCatalog.ts";
import type { ProgressEntry } from "../core/progress.ts";
import { Refusal } from "../core/refusal.ts";
import { isSameModel, type PlanningModels } from "../planning/modelQueue.ts";
import type { ModelRef } from "../types.ts";

/** Free models to fall back on beyond one for each agent: a provider that is down is not asked about all it has. */
const SPARE_MODELS = 2;

/**
 * Who plans: the configured models that are connected; else the free ones that are, with the session's model behind
 * them; else the session's model. Throws `Refusal` when there is none. Says what is left out, and when planning is not
 * free.
 */
export function planningModels(
  { models, options }: Pick<CommandContext, "models" | "options">,
  agents: number,
  report: (level: ProgressEntry["level"], message: string) => void,
): PlanningModels {
  const configured = distinct((options.models.planning ?? []).flatMap((name) => parseModelRef(name) ?? []));
  const connected = configured.filter((model) => models.has(model));
  const [missing, ...others] = configured.filter((model) => !models.has(model));
  if (missing !== undefined) {
    if (connected.length === 0) throw new Refusal(`models.planning: ${models.explainMissing(missing)}`);
    for (const model of [missing, ...others]) {
      report("warn", `models.planning: left out: ${models.explainMissing(model)}`);
    }
  }
  if (connected.length > 0) return { spread: connected, behind: [] };

  const { sessionModel } = models;
  const behind = sessionModel !== undefined && models.has(sessionModel) ? [sessionModel] : [];
  const free = models.free().slice(0, agents + SPARE_MODELS);
  if (free.length > 0) {
    return { spread: free, behind: behind.filter((model) => !free.some((other) => isSameModel(model, other))) };
  }
  if (sessionModel === undefined) {
    throw new Refusal("No model is connected: run 'opencode auth login', or set `model` in opencode.json.");
  }
  if (behind.length === 0) throw new Refusal(models.explainMissing(sessionModel));
  report(
    "warn",
    `${models.explainNoFree()}: the session's model ${formatModelRef(sessionModel)} plans, which may cost money`,
  );
  return { spread: behind, behind: [] };
}

function distinct(models: readonly ModelRef[]): ModelRef[] {
  return models.filter((model, index) => models.findIndex((other) => isSameModel(model, other)) === index);
}
