import type { Options } from "../config.ts";
import { formatModelRef, type ModelCatalog, parseModelRef } from "../core/modelCatalog.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { Complexity, ModelRef, Task } from "../types.ts";

/** Who works on a task, and why. */
export interface Route {
  readonly model: ModelRef;
  /** Such as `models.simple`, with what was passed over. */
  readonly because: string;
}

/** M7, X11. Chooses who works on a task; knows models only by what the catalog says. */
export class ModelRouter {
  private readonly lists: Options["models"];
  private readonly catalog: ModelCatalog;

  constructor(lists: Options["models"], catalog: ModelCatalog) {
    this.lists = lists;
    this.catalog = catalog;
  }

  /**
   * The task's own `model`; else the first of its class's models that is connected and can call tools; else the
   * session's model. The failure is one line that names what is missing.
   */
  route(task: Task, complexity: Complexity): Result<Route, string> {
    if (task.model !== undefined) return this.named([task.model], `Task ${task.id}`, "the task names it");
    const list = this.lists[complexity] ?? [];
    if (list.length > 0) return this.named(list, `models.${complexity}`, `models.${complexity}`);
    const { sessionModel } = this.catalog;
    if (sessionModel === undefined) {
      return failure("No model is connected: run 'opencode auth login', or set `model` in opencode.json.");
    }
    const problem = this.problemOf(sessionModel);
    return problem === undefined
      ? success({ model: sessionModel, because: "the session's model" })
      : failure(problem.explained);
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
          : this.problemOf(model);
      if (model !== undefined && problem === undefined) {
        return success({ model, because: [why, ...passedOver].join("; ") });
      }
      passedOver.push(`${name} ${problem?.short ?? ""}`);
      first ??= problem?.explained;
    }
    return failure(`${where}: ${first ?? "names no model."}`);
  }

  private problemOf(model: ModelRef): { readonly short: string; readonly explained: string } | undefined {
    if (!this.catalog.has(model)) return { short: "is not connected", explained: this.catalog.explainMissing(model) };
    if (this.catalog.facts(model)?.canCallTools !== false) return undefined;
    return {
      short: "cannot call tools",
      explained: `Model ${formatModelRef(model)} cannot call tools, so it cannot work on a task; choose another.`,
    };
  }
}
