import type { Options } from "../config.ts";
import { formatModelRef, type ModelCatalog, parseModelRef } from "../core/modelCatalog.ts";
import { failure, type Result, success } from "../core/result.ts";
import { describeCooling } from "../planning/cooldownText.ts";
import type { Complexity, ModelRef, Task } from "../types.ts";
import { inability, isGiven, isSame, ladderOf, modelsOf, SESSIONS_MODEL } from "./models/modelLadder.ts";

/** Who works on a task, and why. */
export interface Route {
  readonly model: ModelRef;
  /** Such as `models.simple`, with what was passed over. */
  readonly because: string;
}

/** Who works on a task now. */
export interface RouteNow extends Route {
  /** True when another model could be asked instead: waiting for this one makes no sense then. */
  readonly hasOthers: boolean;
}

/** Why no model is chosen. */
export type NoRoute =
  /** Those that could work on it cool down; `notBefore` is in milliseconds since the epoch. */
  | { readonly reason: "cooling"; readonly notBefore: number; readonly why: string }
  /** One line that names what is missing; waiting does not help. */
  | { readonly reason: "unusable"; readonly message: string };

/** What of a task's past decides who works on it next. */
export interface RouteHistory {
  /** Failed attempts that called for a stronger model. */
  readonly escalations: number;
  /** The models (`provider/model`) of those attempts, as far as they are known. */
  readonly tooWeak: readonly string[];
}

/** What is known of a model now: it is waited for, or cannot be used as long as nothing is changed. */
export type Hindrance =
  | { readonly kind: "cooling"; readonly until: number; readonly why: string }
  | { readonly kind: "unusable"; readonly why: string };

/** M7, X11. Chooses who works on a task; knows models only by what the catalog says. Nothing here asks or remembers. */
export class ModelRouter {
  private readonly lists: Options["models"];
  private readonly catalog: ModelCatalog;

  constructor(lists: Options["models"], catalog: ModelCatalog) {
    this.lists = lists;
    this.catalog = catalog;
  }

  /**
   * Who works on a task at first, were nobody cooling down: its own `model`; else the first of its class's models that
   * is connected, can call tools and takes in enough; else the session's model. The failure is one line that names what
   * is missing.
   */
  route(task: Task, complexity: Complexity): Result<Route, string> {
    if (task.model !== undefined) return this.named([task.model], `Task ${task.id}`, "the task names it");
    const list = this.lists[complexity];
    if (isGiven(list)) return this.named(list, `models.${complexity}`, `models.${complexity}`);
    const { sessionModel } = this.catalog;
    if (sessionModel === undefined) {
      return failure("No model is connected: run 'opencode auth login', or set `model` in opencode.json.");
    }
    const problem = inability(sessionModel, this.catalog);
    return problem === undefined
      ? success({ model: sessionModel, because: SESSIONS_MODEL })
      : failure(problem.explained);
  }

  /**
   * Who works on a task now. After failures that called for it the next stronger model, as far as there is one; in place
   * of one that cools down the next of its list. A task's own `model` is only waited for, never replaced. The same
   * arguments give the same route (docs/decisions/0051-which-model-works-on-a-task.md).
   */
  choose(
    task: Task,
    complexity: Complexity,
    history: RouteHistory,
    hindranceOf: (model: ModelRef) => Hindrance | undefined,
  ): Result<RouteNow, NoRoute> {
    const first = this.route(task, complexity);
    if (!first.ok) return failure({ reason: "unusable", message: first.failure });
    const canBeUsed = (model: ModelRef) => hindranceOf(model)?.kind !== "unusable";
    const { because, models } = this.candidates(task, complexity, history, first.value, canBeUsed);
    const passedOver: string[] = [];
    const cooling: { readonly until: number; readonly why: string }[] = [];
    for (const [index, model] of models.entries()) {
      const hindrance = hindranceOf(model);
      if (hindrance === undefined) {
        const hasOthers = models.slice(index + 1).some((other) => hindranceOf(other) === undefined);
        return success({ model, because: [because, ...passedOver].join("; "), hasOthers });
      }
      const says = describeHindrance(model, hindrance);
      passedOver.push(says);
      if (hindrance.kind === "cooling") cooling.push({ until: hindrance.until, why: says });
    }
    const [soonest] = cooling.toSorted((one, other) => one.until - other.until);
    if (soonest === undefined) return failure({ reason: "unusable", message: `${because}: ${passedOver.join("; ")}.` });
    return failure({ reason: "cooling", notBefore: soonest.until, why: soonest.why });
  }

  /** Every model `choose` may ask about, for a task of this class. */
  reach(task: Task, complexity: Complexity): readonly ModelRef[] {
    const named = task.model === undefined ? this.lists[complexity] : [task.model];
    const above = ladderOf(complexity, this.lists, this.catalog).map(({ model }) => model);
    return distinct([...modelsOf(named), ...above]);
  }

  /** In the order they are to be tried; at least one. */
  private candidates(
    task: Task,
    complexity: Complexity,
    { escalations, tooWeak }: RouteHistory,
    first: Route,
    canBeUsed: (model: ModelRef) => boolean,
  ): { readonly because: string; readonly models: readonly ModelRef[] } {
    if (task.model !== undefined) return { because: first.because, models: [first.model] };
    const ladder = ladderOf(complexity, this.lists, this.catalog).filter(({ model }) => canBeUsed(model));
    const highestFailed = ladder.findLastIndex(({ model }) => tooWeak.includes(formatModelRef(model)));
    const step = Math.min(Math.max(escalations, highestFailed + 1), ladder.length - 1);
    const [below, rung] = [ladder[step - 1], ladder[step]];
    if (below === undefined || rung === undefined) {
      const listed = distinct(modelsOf(this.lists[complexity])).filter((model) => !inability(model, this.catalog));
      return { because: first.because, models: listed.length === 0 ? [first.model] : listed };
    }
    const others = ladder.slice(step + 1).filter(({ list }) => list === rung.list);
    return {
      because: `${rung.list}, stronger than ${formatModelRef(below.model)}`,
      models: [rung, ...others].map(({ model }) => model),
    };
  }

  /** The first of the names that can be used; the failure is about the first of them. */
  private named(names: readonly string[], where: string, why: string): Result<Route, string> {
    const passedOver: string[] = [];
    let first: string | undefined;
    for (const name of names) {
      const model = parseModelRef(name);
      const problem =
        model === undefined
          ? { short: "is not a model", explained: `'${name}' is not a model; expected provider/model.` }
          : inability(model, this.catalog);
      if (model !== undefined && problem === undefined) {
        return success({ model, because: [why, ...passedOver].join("; ") });
      }
      passedOver.push(`${name} ${problem?.short ?? ""}`);
      first ??= problem?.explained;
    }
    return failure(`${where}: ${first ?? "names no model."}`);
  }
}

function distinct(models: readonly ModelRef[]): readonly ModelRef[] {
  return models.filter((model, index) => models.findIndex((other) => isSame(model, other)) === index);
}

function describeHindrance(model: ModelRef, hindrance: Hindrance): string {
  if (hindrance.kind === "cooling") return describeCooling({ model, ...hindrance });
  return `${formatModelRef(model)} cannot be used (${hindrance.why})`;
}
