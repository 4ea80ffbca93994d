import { criticalPath, wavesOf } from "../../backlog/criticalPath.ts";
import { counted } from "../../core/counted.ts";
import type { Task } from "../../types.ts";
import { describePath, forecastTable, leftOut, listed, modelsSection, totals } from "./dryRunSections.ts";
import { effortOf, type ForecastSources, forecastTasks } from "./taskForecasts.ts";
import { waveDiagram } from "./waveDiagram.ts";

export interface DryRunInput extends ForecastSources {
  /** What is to be done, every task after what it depends on. */
  readonly tasks: readonly Task[];
  readonly workers: number;
  readonly setup: readonly string[];
  readonly verify: readonly string[];
  /** What was made of a draft, a line each. */
  readonly notes?: readonly string[];
  /** What the compiler says without refusing, a line each. */
  readonly warnings: readonly string[];
  /** Ids of tasks whose checks cannot fail. */
  readonly unprovenTasks: ReadonlySet<string>;
}

/**
 * What a run of these tasks would do and take: a table, the models, the critical path, what to look at, a diagram, and
 * the totals last. Asks nobody, writes nothing; the same input gives the same text. O(n log n) in the tasks.
 */
export function describeDryRun(input: DryRunInput): string {
  const { backlog, tasks, workers } = input;
  if (tasks.length === 0)
    return `${backlog.track_id}: nothing is left to do.\nNothing was asked or written (--dry_run).`;

  const forecasts = forecastTasks(tasks, input);
  const waves = wavesOf(forecasts);
  const path = criticalPath(forecasts, effortOf).tasks;
  const width = waves.reduce((widest, wave) => Math.max(widest, wave.length), 0);
  const blocks = [
    [
      `${backlog.track_id}: ${counted(tasks.length, "task")} to do in ${counted(waves.length, "wave")}, the widest of ${counted(width, "task")}; ${counted(workers, "worker")}.`,
    ],
    forecastTable(waves),
    modelsSection(forecasts),
    [describePath(path)],
    listed("Left out of messages, to keep them small", leftOut(forecasts)),
    listed("Made of the draft", input.notes ?? []),
    listed("Warnings", input.warnings),
    listed(
      "Not proven by any check",
      tasks.flatMap(({ id }) => (input.unprovenTasks.has(id) ? [id] : [])),
    ),
    listed("Runs in each worktree first (setup)", input.setup),
    listed("Decides whether a result lands (verify)", input.verify),
    waveDiagram(waves, path),
    totals(forecasts),
  ];
  return blocks.flatMap((lines) => (lines.length === 0 ? [] : [lines.join("\n")])).join("\n\n");
}
