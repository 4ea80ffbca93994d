import type { Options } from "../../config.ts";
import { formatModelRef, type ModelCatalog, type ModelPrice, parseModelRef } from "../../core/modelCatalog.ts";
import type { Complexity, ModelRef } from "../../types.ts";

/** A model that can work on a task, and the list it comes from, such as `models.simple`. */
export interface Rung {
  readonly model: ModelRef;
  readonly list: string;
}

/** What keeps a model from working on any task, in three words and in a sentence. */
export interface Unable {
  readonly short: string;
  readonly explained: string;
}

/** From the class whose tasks are easiest to the hardest. */
const CLASSES: readonly Complexity[] = ["documentation", "simple", "complex"];
/**
 * Below this a window is full before work has begun: the first request alone takes some 5,000 tokens
 * (docs/decisions/0036), and what is read comes on top.
 */
const LEAST_CONTEXT_TOKENS = 16_000;

/** Undefined: as far as the catalog knows, it can work on tasks. */
export function inability(model: ModelRef, catalog: ModelCatalog): Unable | undefined {
  const name = formatModelRef(model);
  if (!catalog.has(model)) return { short: "is not connected", explained: catalog.explainMissing(model) };
  const facts = catalog.facts(model);
  if (facts?.canCallTools === false) {
    return {
      short: "cannot call tools",
      explained: `Model ${name} cannot call tools, so it cannot work on a task; choose another.`,
    };
  }
  const { contextTokens = LEAST_CONTEXT_TOKENS } = facts ?? {};
  if (contextTokens >= LEAST_CONTEXT_TOKENS) return undefined;
  return {
    short: `takes in ${contextTokens} tokens only`,
    explained: `Model ${name} takes in ${contextTokens} tokens, too few to work on a task (${LEAST_CONTEXT_TOKENS}); choose another.`,
  };
}

/**
 * X11. The models for tasks of a class, weakest first, each stronger than the one before as far as anybody can tell:
 * those of the class's own list that are dearer than what comes before them; then the same of the lists of harder
 * classes, where the first need only not be cheaper; last the session's model, if it is dearer. A class without a list
 * has the session's model for one, from which only the list for complex tasks leads up. An unknown price counts as
 * higher. Every model is able; the ladder may be empty (docs/decisions/0051-which-model-works-on-a-task.md).
 */
export function ladderOf(complexity: Complexity, lists: Options["models"], catalog: ModelCatalog): readonly Rung[] {
  const session = catalog.sessionModel === undefined ? [] : [{ model: catalog.sessionModel, list: SESSIONS_MODEL }];
  const rungsOf = (name: Complexity): readonly Rung[] => {
    const named = modelsOf(lists[name]);
    return named.length === 0 ? session : named.map((model) => ({ model, list: `models.${name}` }));
  };
  const ladder = new Ladder(catalog);
  for (const rung of rungsOf(complexity)) ladder.add(rung);
  const harder = CLASSES.slice(CLASSES.indexOf(complexity) + 1);
  const above = isGiven(lists[complexity]) ? harder : harder.filter((name) => name === "complex");
  for (const rung of above.flatMap(rungsOf)) ladder.add(rung);
  for (const rung of session) ladder.addDearer(rung);
  return ladder.rungs;
}

class Ladder {
  rungs: readonly Rung[] = [];
  private readonly catalog: ModelCatalog;

  constructor(catalog: ModelCatalog) {
    this.catalog = catalog;
  }

  /** Unless it is known to be cheaper than the one below, or, in the same list, not dearer. */
  add(rung: Rung): void {
    const rise = this.rise(rung.model);
    if (rise > 0 || (rise === 0 && this.rungs.at(-1)?.list !== rung.list)) this.rungs = [...this.rungs, rung];
  }

  addDearer(rung: Rung): void {
    if (this.rise(rung.model) > 0) this.rungs = [...this.rungs, rung];
  }

  private rise(model: ModelRef): number {
    const { catalog, rungs } = this;
    const isNoStep = rungs.some((lower) => isSame(lower.model, model)) || inability(model, catalog) !== undefined;
    if (isNoStep) return Number.NEGATIVE_INFINITY;
    const top = rungs.at(-1);
    const from = top && catalog.facts(top.model)?.price;
    const to = catalog.facts(model)?.price;
    return from === undefined || to === undefined ? Number.POSITIVE_INFINITY : weight(to) - weight(from);
  }
}

/** How a route says that it comes from no list. */
export const SESSIONS_MODEL = "the session's model";

export function modelsOf(names: readonly string[] | undefined): readonly ModelRef[] {
  return (names ?? []).flatMap((name) => parseModelRef(name) ?? []);
}

export function isGiven(names: readonly string[] | undefined): names is readonly string[] {
  return names !== undefined && names.length > 0;
}

export function isSame(one: ModelRef, other: ModelRef): boolean {
  return formatModelRef(one) === formatModelRef(other);
}

/** Most of what a task costs is input that is sent again in each turn. */
function weight({ input, output }: ModelPrice): number {
  return 4 * input + output;
}
