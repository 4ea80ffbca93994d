import type { ModelRef } from "../types.ts";

/** What the provider list says of a model. Prices are in USD for a million tokens. */
export interface ModelFacts {
  readonly canCallTools: boolean;
  /** Tokens it can take in; undefined: not known. */
  readonly contextTokens: number | undefined;
  /** Undefined: nobody gave a price. A subscription's models are listed at 0. */
  readonly price: ModelPrice | undefined;
}

export interface ModelPrice {
  readonly input: number;
  readonly output: number;
  /** Of input the provider remembers from the request before; left out: not known. */
  readonly cachedInput?: number;
}

/** The models a command can choose from. */
export interface ModelCatalog {
  /** What the person chose for the session the command was started in. Undefined: no model is connected. */
  readonly sessionModel: ModelRef | undefined;
  has(model: ModelRef): boolean;
  /** Undefined: it is not connected. */
  facts(model: ModelRef): ModelFacts | undefined;
  /** Models that cost nothing and can call tools, best first. */
  free(): readonly ModelRef[];
  /** Why `free` is empty: "no free model is connected", or that those there are cannot call tools. */
  explainNoFree(): string;
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
