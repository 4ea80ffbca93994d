import type { Omission } from "../../backlog/contextCompressor.ts";
import { type EntrySize, entrySizes } from "../../backlog/entrySizes.ts";
import type { RepositoryFacts } from "../../backlog/repositoryFacts.ts";
import { classifyTask, type TaskClass } from "../../backlog/taskClass.ts";
import type { GraphTask } from "../../backlog/taskGraph.ts";
import { COMPILED_TASK_BYTES, compileTaskMessage, projectContext } from "../../backlog/taskMessage.ts";
import type { Options } from "../../config.ts";
import type { ModelCatalog } from "../../core/modelCatalog.ts";
import type { Result } from "../../core/result.ts";
import type { Backlog, Task } from "../../types.ts";
import { AGENTS_FILE_BYTES } from "../agentsFile.ts";
import { ModelRouter, type Route } from "../modelRouter.ts";
import { allTokens, costOf, estimateTokens, type Range, type TokenEstimate } from "./tokenEstimate.ts";

/** What a task would be given and would take, before anything is spent on it. */
export interface TaskForecast extends GraphTask {
  readonly title: string;
  readonly taskClass: TaskClass;
  /** The failure says why no model can be chosen. */
  readonly route: Result<Route, string>;
  /** Bytes of its first message, and what the compressor left out of it. */
  readonly messageBytes: number;
  readonly omissions: readonly Omission[];
  readonly tokens: TokenEstimate;
  /** In USD; undefined: the model's price is not known. */
  readonly cost: Range | undefined;
}

export interface ForecastSources {
  readonly backlog: Backlog;
  readonly facts: RepositoryFacts;
  readonly models: ModelCatalog;
  readonly options: Options;
}

/** One forecast a task, in the order of `tasks`; nothing is read or asked. */
export function forecastTasks(
  tasks: readonly Task[],
  { backlog, facts, models, options }: ForecastSources,
): readonly TaskForecast[] {
  const sizeOf = entrySizes(tasks, facts);
  const router = new ModelRouter(options.models, models);
  const project = projectContext(backlog);
  const agentsFile = Math.min(facts.files.get("AGENTS.md")?.bytes ?? 0, AGENTS_FILE_BYTES);
  return tasks.map((task) => {
    const taskClass = classifyTask(task, sizeOf);
    const route = router.route(task, taskClass.complexity);
    const compiled = compileTaskMessage(task, project);
    const messageBytes = compiled.ok ? compiled.value.bytes : COMPILED_TASK_BYTES;
    const tokens = estimateTokens({
      complexity: taskClass.complexity,
      message: messageBytes,
      agentsFile,
      mayWrite: bytesOf(task.files, sizeOf),
      reads: bytesOf(task.reads, sizeOf),
      newFiles: task.files.filter((entry) => sizeOf(entry).files === 0).length,
    });
    const price = route.ok ? models.facts(route.value.model)?.price : undefined;
    return {
      id: task.id,
      title: task.title,
      depends_on: task.depends_on,
      taskClass,
      route,
      messageBytes,
      omissions: compiled.ok ? compiled.value.omissions : [],
      tokens,
      cost: price && costOf(tokens, price),
    };
  });
}

/** What counts as a task's effort where tasks are weighed against one another. */
export function effortOf({ tokens }: TaskForecast): number {
  const { low, high } = allTokens(tokens);
  return (low + high) / 2;
}

function bytesOf(entries: readonly string[], sizeOf: (entry: string) => EntrySize): number {
  return entries.reduce((sum, entry) => sum + sizeOf(entry).bytes, 0);
}
