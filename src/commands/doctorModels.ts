import type { CommandContext } from "../core/commandContext.ts";
import { formatModelRef, type ModelCatalog, parseModelRef } from "../core/modelCatalog.ts";
import { messageOf } from "../core/refusal.ts";
import { type ModelCheckOptions, modelChecks } from "../implementation/health/modelChecks.ts";
import { routeAll } from "../implementation/implementScene.ts";
import type { ModelRef } from "../types.ts";
import { type HealthCheck, type HealthVerdict, verdictCheck } from "../verification/instrumentationChecker.ts";
import type { FoundTasks } from "./doctorPlace.ts";

/** What asking a model takes; only a host has it. */
export type ModelHost = Pick<CommandContext, "runner" | "models">;

/**
 * A check for each model that would work on an open task, and for each that the options name; without any of both, the
 * session's. What is not connected is not asked.
 */
export function doctorModelChecks(
  host: ModelHost | undefined,
  tasks: FoundTasks | undefined,
  { options }: Pick<CommandContext, "options">,
  asking: Omit<ModelCheckOptions, "runner">,
): readonly HealthCheck[] {
  if (host === undefined) {
    return [verdictCheck("models", { result: "skipped", says: "ask inside OpenCode: opencode run doctor" })];
  }
  const { models: catalog, runner } = host;
  const routed = routedModels(host, tasks, options);
  const named = Object.values(options.models)
    .flat()
    .filter((name) => name !== undefined);
  const missing = named.flatMap((name) => notConnected(name, catalog));
  const connected = named.flatMap((name) => parseModelRef(name) ?? []).filter((model) => catalog.has(model));
  const models = [...routed.models, ...connected];
  const { sessionModel } = catalog;
  const asked = models.length === 0 && sessionModel !== undefined ? [sessionModel] : models;
  const none = asked.length + missing.length + routed.checks.length === 0;
  return [
    ...routed.checks,
    ...(none ? [verdictCheck("models", NO_MODEL)] : []),
    ...missing.filter(({ name }, at) => missing.findIndex((other) => other.name === name) === at),
    ...modelChecks(asked, { ...asking, runner }),
  ];
}

const NO_MODEL: HealthVerdict = {
  result: "failed",
  says: "no model is connected",
  mend: "run 'opencode auth login', or set `model` in opencode.json",
};

function routedModels(
  { models }: ModelHost,
  tasks: FoundTasks | undefined,
  options: CommandContext["options"],
): { readonly models: readonly ModelRef[]; readonly checks: readonly HealthCheck[] } {
  if (tasks === undefined) return { models: [], checks: [] };
  const open = tasks.manager.backlog.tasks.filter(({ status }) => status !== "complete" && status !== "failed");
  try {
    const routes = routeAll(open, { options, models }, tasks.facts);
    return { models: [...routes.values()].map(({ model }) => model), checks: [] };
  } catch (error) {
    return { models: [], checks: [verdictCheck("models", { result: "failed", says: messageOf(error) })] };
  }
}

/** A list of models is passed through until one works: that one is missing is no failure by itself. */
function notConnected(name: string, catalog: ModelCatalog): readonly HealthCheck[] {
  const model = parseModelRef(name);
  if (model === undefined || catalog.has(model)) return [];
  const says = catalog.explainMissing(model);
  return [verdictCheck(`model ${formatModelRef(model)}`, { result: "warning", says })];
}
