import type { AgentRunner } from "../../core/agentRunner.ts";
import { formatModelRef } from "../../core/modelCatalog.ts";
import { describeCooling } from "../../planning/cooldownText.ts";
import type { ModelMemory } from "../../recovery/modelMemory.ts";
import type { ModelRef } from "../../types.ts";
import type { HealthCheck, HealthVerdict } from "../../verification/instrumentationChecker.ts";
import { type ProbedModel, type ProbeOptions, probeModels } from "../models/modelProbe.ts";

export interface ModelCheckOptions extends Pick<ProbeOptions, "note"> {
  readonly runner: AgentRunner;
  /** What models did before: one that is at a limit is not asked again. */
  readonly memory: Pick<ModelMemory, "cooldownOf">;
  /** Absolute path the sessions run in. */
  readonly directory: string;
}

/** A request has 20 s; it may wait for its turn before. */
const LIMIT_MS = 60_000;

/** One check a model; a model that is only busy does not keep anybody from beginning. */
export function modelChecks(models: readonly ModelRef[], options: ModelCheckOptions): readonly HealthCheck[] {
  const byName = new Map(models.map((model) => [formatModelRef(model), model]));
  return [...byName].map(([name, model]) => ({
    name: `model ${name}`,
    limitMs: LIMIT_MS,
    overdue: "warning",
    check: async (signal) => {
      const [probed] = await probeModels([model], {
        ...options,
        concurrency: 1,
        signal,
        whyNotNow: () => whyNotNow(model, options.memory),
      });
      return probed === undefined ? { result: "skipped", says: "it was not asked" } : verdictOf(probed);
    },
  }));
}

async function whyNotNow(model: ModelRef, memory: ModelCheckOptions["memory"]): Promise<string | undefined> {
  const cooldown = await memory.cooldownOf(model, "worker");
  return cooldown === undefined ? undefined : describeCooling({ model, ...cooldown });
}

function verdictOf(probed: ProbedModel): HealthVerdict {
  if (probed.ok) return { result: "ok", says: "answers" };
  const { message, reason, retryable } = probed;
  if (retryable) return { result: "warning", says: message, mend: "it is asked again when a task needs it" };
  return { result: "failed", says: message, mend: mendOf(reason) };
}

function mendOf(reason: Exclude<ProbedModel, { readonly ok: true }>["reason"]): string {
  if (reason === "authentication") return "run 'opencode auth login', or choose another model";
  return "choose another model ('opencode models' lists them) in the plugin's options or the task";
}
