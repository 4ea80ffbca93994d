import { formatModelRef } from "../core/modelCatalog.ts";
import type { Cooldown, ModelMemory } from "../recovery/modelMemory.ts";
import type { ModelRef } from "../types.ts";

/** How often one agent asks the same model, cooldowns that ended in between included. */
const MOST_REQUESTS = 3;

export interface CoolingModel extends Cooldown {
  readonly model: ModelRef;
}

/** Who plans. Neither list names a model twice; together they are never empty. */
export interface PlanningModels {
  /** Shared out over the agents, each going on to the others. */
  readonly spread: readonly ModelRef[];
  /** May cost money: for agents that can use none of `spread`. */
  readonly behind: readonly ModelRef[];
}

export type NextModel =
  /** `isLast`: no other one can be asked now. `cooling`: what was passed over. */
  | {
      readonly kind: "ask";
      readonly model: ModelRef;
      readonly isLast: boolean;
      readonly cooling: readonly CoolingModel[];
    }
  /** Soonest first; at least one. */
  | { readonly kind: "all-cooling"; readonly cooling: readonly CoolingModel[] }
  | { readonly kind: "none" };

/** The models one agent goes through. */
export class ModelQueue {
  private readonly memory: ModelMemory;
  private left: readonly ModelRef[];
  private readonly requests = new Map<string, number>();

  constructor(models: readonly ModelRef[], memory: ModelMemory) {
    this.left = models;
    this.memory = memory;
  }

  async next(): Promise<NextModel> {
    const { usable, cooling } = await sortByCooldown(this.left, this.memory);
    const [model, ...others] = usable;
    if (model !== undefined) {
      this.count(model);
      return { kind: "ask", model, isLast: others.length === 0, cooling };
    }
    if (cooling.length === 0) return { kind: "none" };
    return { kind: "all-cooling", cooling: cooling.toSorted((one, other) => one.until - other.until) };
  }

  /** Models that are asked after all that are left. */
  append(models: readonly ModelRef[]): void {
    this.left = [...this.left, ...models];
  }

  ruleOut(ruledOut: (model: ModelRef) => boolean): void {
    this.left = this.left.filter((model) => !ruledOut(model));
  }

  private count(model: ModelRef): void {
    const name = formatModelRef(model);
    const requests = (this.requests.get(name) ?? 0) + 1;
    this.requests.set(name, requests);
    if (requests === MOST_REQUESTS) this.ruleOut((other) => isSameModel(other, model));
  }
}

/** For each of `count` agents its own order: another model first, as far as there are several that can be asked. */
export async function spreadModels(
  models: readonly ModelRef[],
  count: number,
  memory: ModelMemory,
): Promise<readonly (readonly ModelRef[])[]> {
  const { usable, cooling } = await sortByCooldown(models, memory);
  return Array.from({ length: count }, (_, index) => {
    const first = usable.length === 0 ? 0 : index % usable.length;
    return [...usable.slice(first), ...usable.slice(0, first), ...cooling.map(({ model }) => model)];
  });
}

export function isSameModel(one: ModelRef, other: ModelRef): boolean {
  return formatModelRef(one) === formatModelRef(other);
}

async function sortByCooldown(models: readonly ModelRef[], memory: ModelMemory) {
  const usable: ModelRef[] = [];
  const cooling: CoolingModel[] = [];
  for (const model of models) {
    const cooldown = await memory.cooldownOf(model);
    if (cooldown === undefined) usable.push(model);
    else cooling.push({ model, ...cooldown });
  }
  return { usable, cooling };
}
