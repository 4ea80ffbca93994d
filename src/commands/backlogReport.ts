import { criticalPath } from "../backlog/criticalPath.ts";
import { formatFinding } from "../backlog/diagnostics.ts";
import type { CommandReport } from "../core/commandContext.ts";
import { counted } from "../core/counted.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import { describeUsage } from "../core/usageText.ts";
import { visibleName } from "../core/visibleText.ts";
import type { Task } from "../types.ts";
import type { Drafted } from "./backlogDrafting.ts";

/** More is read in the file itself. */
const SHOWN_TASKS = 60;
const SHOWN_LINES = 20;

/**
 * What `backlog` prints: the tasks, what was made of the draft, what to look at, what it cost, the next step. `kept` says
 * what became of the file that was replaced.
 */
export function backlogReport({ generated, author }: Drafted, file: string, kept: string | undefined): CommandReport {
  const { backlog, notes, warnings, draftedBy } = generated;
  const { tasks } = backlog;
  const chain = criticalPath(tasks, () => 1).tasks.map(({ id }) => id);
  const lines = [
    `Backlog ${backlog.track_id}: ${counted(tasks.length, "task")} in ${counted(chain.length, "wave")}, in ${file}.`,
    ...shown(tasks.map(taskLine), SHOWN_TASKS),
    ...(chain.length > 1 ? [`Longest chain: ${shownChain(chain)}`] : []),
    ...(draftedBy === "plan" ? ["The plan's own items are the tasks; no model was asked."] : []),
    ...shown(notes, SHOWN_LINES),
    ...shown(
      warnings.map((warning) => visibleName(`Warning: ${formatFinding(warning)}`)),
      SHOWN_LINES,
    ),
    ...(kept === undefined ? [] : [`${kept}.`]),
    ...(author === undefined ? [] : [costLine(author)]),
    "Next: opencode run implement",
  ];
  return { text: lines.join("\n"), outcome: { done: true } };
}

function taskLine({ id, title, depends_on }: Task): string {
  return `  ${id}  ${title}${depends_on.length === 0 ? "" : `  (after ${depends_on.join(", ")})`}`;
}

function costLine({ model, usage }: NonNullable<Drafted["author"]>): string {
  return `${describeUsage({ tokensUsed: usage.tokens, costUsd: usage.costUsd })}. Model: ${formatModelRef(model)}.`;
}

function shownChain(ids: readonly string[]): string {
  const names = ids.length <= 12 ? ids : [...ids.slice(0, 6), "…", ...ids.slice(-5)];
  return `${names.join(" -> ")} (${counted(ids.length, "task")})`;
}

function shown(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `  … and ${lines.length - most} more`];
}
