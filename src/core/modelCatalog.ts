import type { ModelRef } from "../types.ts";

/** The models a command can choose from. */
export interface ModelCatalog {
  /** What the person chose for the session the command was started in. Undefined: no model is connected. */
  readonly sessionModel: ModelRef | undefined;
  has(model: ModelRef): boolean;
  /** Models that cost nothing and can call tools, best first. */
  free(): readonly ModelRef[];
  /** One line about a model that is not there: what was asked for, what there is. */
  explainMissing(model: ModelRef): string;
}

/** `provider/model` as text; the model's own name may hold slashes. Undefined: not of that form. */
export function parseModelRef(text: string): ModelRef | undefined {
  const slash = text.indexOf("/");
  if (slash <= 0 || slash === text.length - 1) return undefined;
  return { providerID: text.slice(0, slash), modelID: text.slice(slash + 1) };
}

export function formatModelRef(model: ModelRef): string {
  return `${model.providerID}/${model.modelID}`;
}
