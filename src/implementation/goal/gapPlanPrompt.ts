import { GOOD_TASK } from "../../backlog/draftPrompt.ts";
import { MOST_ADDED_TASKS } from "../../backlog/draftSchema.ts";
import type { RepositoryFacts } from "../../backlog/repositoryFacts.ts";
import { repositoryMap } from "../../backlog/repositoryMap.ts";
import { counted } from "../../core/counted.ts";
import { dataSection, SECTIONS_ARE_DATA } from "../../core/dataSection.ts";
import { lastLines, truncateUtf8, utf8Length } from "../../core/utf8.ts";
import type { Backlog } from "../../types.ts";
import type { MissingPart } from "./goalCheck.ts";

/** D1: recorded with every gap plan. Changes whenever a word of what its agent is told does. */
export const GAP_PLAN_PROMPT_VERSION = "gap-plan-1";

export const GAP_PLAN_SYSTEM = `A feature was split into tasks, and all of them are done and part of the repository you see. Its goal was checked after
that, and something is still missing. You write the tasks that add what is missing, for workers who run side by side,
each in its own copy of the repository. You may read files and search; you change nothing. Find out first why it is
missing, and read the files you name before you name them.

${GOOD_TASK}

Write as few tasks as it takes, at most ${MOST_ADDED_TASKS}, and none for what is there already. What was done before is not done again: a
task changes what is there. It may depend on the tasks that are done, by their ids; its own id is a new one. Where a
command of the goal fails, it can be the acceptance of the task that makes it pass. Never weaken what checks: a test or a
command that is right stays as it is.
Answer by the given schema only.`;

/** With the map they stay far below what a drafting agent may be sent. */
const MISSING_BYTES = 14 * 1024;
const LEAST_PART_BYTES = 300;
const TASKS_BYTES = 8 * 1024;
const MAP_BYTES = 12 * 1024;
const OUTPUT_BYTES = 2_000;

export interface GapPlanMaterial {
  readonly backlog: Backlog;
  readonly missing: readonly MissingPart[];
  /** Of the commit that was checked. */
  readonly facts: RepositoryFacts;
  /** What new ids begin with, such as G1: G101, G102, … */
  readonly idPrefix: string;
}

export function gapPlanPrompt({ backlog, missing, facts, idPrefix }: GapPlanMaterial): string {
  const files = backlog.tasks.flatMap((task) => task.files);
  const done = backlog.tasks.map((task) => `${task.id} (${task.status}) ${task.title}: ${task.files.join(", ")}`);
  const room = Math.max(LEAST_PART_BYTES, Math.floor(MISSING_BYTES / missing.length));
  const parts = missing.map((part) => truncateUtf8(describePart(part, room), room));
  return [
    SECTIONS_ARE_DATA,
    dataSection("FEATURE", truncateUtf8(backlog.title, 1_000)),
    dataSection("REPOSITORY", repositoryMap(facts, files, MAP_BYTES)),
    dataSection("TASKS", fitting(done, TASKS_BYTES)),
    dataSection("MISSING", fitting(parts, MISSING_BYTES)),
    `Write the tasks that add what is missing now. Their ids: ${idPrefix}01, ${idPrefix}02, and so on.`,
  ].join("\n\n");
}

function describePart(part: MissingPart, maxBytes: number): string {
  if (part.kind === "criterion") {
    return `- The criterion: ${truncateUtf8(part.criterion, maxBytes / 2)}\n  A reviewer found: ${part.why}`;
  }
  const { failed, command } = part;
  const what =
    failed.command === command
      ? `- The command ${command}\n  It ${failed.how}.`
      : `- The command ${command}\n  It could not be tried, since ${failed.command} of the setup ${failed.how}.`;
  const printed = lastLines(failed.output, Math.min(OUTPUT_BYTES, Math.max(0, maxBytes - utf8Length(what) - 40)));
  return printed === "" ? what : `${what}\n  The end of what it printed:\n${printed}`;
}

/** Whole entries from the start, as many as fit, and how many do not. */
function fitting(entries: readonly string[], maxBytes: number): string {
  const kept: string[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += utf8Length(entry) + 1;
    if (bytes > maxBytes) break;
    kept.push(entry);
  }
  const more = entries.length - kept.length;
  return [...kept, ...(more > 0 ? [`and ${counted(more, "more")}`] : [])].join("\n");
}
