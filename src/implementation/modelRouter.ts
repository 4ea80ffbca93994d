import type { Options } from "../config.ts";
import { formatModelRef, type ModelCatalog, parseModelRef } from "../core/modelCatalog.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { Complexity, ModelRef, Task } from "../types.ts";

/** M7. Chooses who works on a task; knows models only by what the catalog says. */
export class ModelRouter {
  private readonly lists: Options["models"];
  private readonly catalog: ModelCatalog;

  constructor(lists: Options["models"], catalog: ModelCatalog) {
    this.lists = lists;
    this.catalog = catalog;
  }

  /**
   * The task's own `model`; else the first of its class's models that is connected; else the session's model.
   * The failure is one line that names what is missing.
   */
  route(task: Task): Result<ModelRef, string> {
    if (task.model !== undefined) return this.connected(task.model, `Task ${task.id}`);
    const complexity = classify(task);
    const listed = (this.lists[complexity] ?? []).map((name) => this.connected(name, `models.${complexity}`));
    const chosen = listed.find((model) => model.ok) ?? listed[0];
    if (chosen !== undefined) return chosen;
    const { sessionModel } = this.catalog;
    if (sessionModel === undefined) {
      return failure("No model is connected: run 'opencode auth login', or set `model` in opencode.json.");
    }
    return this.catalog.has(sessionModel) ? success(sessionModel) : failure(this.catalog.explainMissing(sessionModel));
  }

  private connected(name: string, where: string): Result<ModelRef, string> {
    const model = parseModelRef(name);
    if (model === undefined) return failure(`${where}: '${name}' is not a model; expected provider/model.`);
    if (this.catalog.has(model)) return success(model);
    return failure(`${where}: ${this.catalog.explainMissing(model)}`);
  }
}

const DOCUMENT = /(^|\/)(docs?|documentation)\/|\.(md|mdx|markdown|txt|rst|adoc)$/i;
/** More files, or globs that may reach many, need a model that keeps several things in mind. */
const SIMPLE_FILES = 3;

/** The task's own word, else from its files: only documents; few plain files; anything else is complex. */
export function classify(task: Pick<Task, "complexity" | "files">): Complexity {
  if (task.complexity !== undefined) return task.complexity;
  if (task.files.length > 0 && task.files.every((file) => DOCUMENT.test(file))) return "documentation";
  const isPlain = task.files.every((file) => !/[*?[{]/.test(file));
  return isPlain && task.files.length <= SIMPLE_FILES ? "simple" : "complex";
}

export function describeModel(model: ModelRef | undefined): string {
  return model === undefined ? "none" : formatModelRef(model);
}
