import type { CommandContext } from "../core/commandContext.ts";
import { formatModelRef, parseModelRef } from "../core/modelCatalog.ts";
import { Refusal } from "../core/refusal.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";
import type { ModelRef } from "../types.ts";

/** Free models to fall back on beyond one for each agent: a provider that is down is not asked about all it has. */
const SPARE_MODELS = 2;

/**
 * Who plans: the configured models that are connected; else the free ones that are, with the session's model behind
 * them; else the session's model. Throws `Refusal` when there is none. Says so when planning is not free.
 */
export function planningModels(context: CommandContext, agents: number, progress: ProgressReporter): ModelRef[] {
  const { models, options, clock } = context;
  const configured = (options.models.planning ?? []).flatMap((name) => parseModelRef(name) ?? []);
  const connected = configured.filter((model) => models.has(model));
  if (connected.length > 0) return connected;
  const [missing] = configured;
  if (missing !== undefined) throw new Refusal(`models.planning: ${models.explainMissing(missing)}`);

  const { sessionModel } = models;
  const behind = sessionModel !== undefined && models.has(sessionModel) ? [sessionModel] : [];
  const free = models.free().slice(0, agents + SPARE_MODELS);
  if (free.length > 0) return [...free, ...behind.filter((model) => !free.some((other) => isSame(model, other)))];
  if (sessionModel === undefined) {
    throw new Refusal("No model is connected: run 'opencode auth login', or set `model` in opencode.json.");
  }
  if (behind.length === 0) throw new Refusal(models.explainMissing(sessionModel));
  const message = `no free model is connected: the session's model ${formatModelRef(sessionModel)} plans`;
  progress.log({ message, level: "warn", context: { phaseId: "plan", timestamp: clock.now() } });
  return behind;
}

function isSame(a: ModelRef, b: ModelRef): boolean {
  return a.providerID === b.providerID && a.modelID === b.modelID;
}
