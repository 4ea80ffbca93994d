import { protectedPathReason } from "../core/protectedPaths.ts";
import type { MergedItem, Plan, Task } from "../types.ts";
import { parsePathPattern } from "./pathPattern.ts";
import { cleanLine, cleanText } from "./plainText.ts";

export interface DraftedTasks {
  readonly tasks: readonly Task[];
  readonly notes: readonly string[];
}

/**
 * One task for each item of the plan, in its order, without asking anybody. A plan's acceptance is prose, so it joins
 * the description; no command is guessed from it. An item that names no file it may write gets the whole repository,
 * which makes it run alone: slower, and always right.
 */
export function draftFromPlan(plan: Plan): DraftedTasks {
  const ids = new Map(plan.items.map((item, index) => [item.id, taskId(index, plan.items.length)]));
  const drafted = plan.items.map((item) => draftTask(item, ids));
  return { tasks: drafted.map(({ task }) => task), notes: drafted.flatMap(({ notes }) => notes) };
}

function draftTask(item: MergedItem, ids: ReadonlyMap<string, string>): { task: Task; notes: readonly string[] } {
  const id = ids.get(item.id) ?? item.id;
  const files = [...new Set(item.files.filter(isWritable))];
  const refused = item.files.filter((file) => !isWritable(file));
  const task: Task = {
    id,
    title: cleanLine(item.title) || `Item ${item.id}`,
    description: describe(item),
    depends_on: [...new Set(item.depends_on.flatMap((dependency) => ids.get(dependency) ?? []))],
    files: files.length === 0 ? ["**"] : files,
    reads: [],
    context: "",
    acceptance: [],
    allow_empty: false,
    network: false,
    status: "pending",
  };
  return {
    task,
    notes: [
      ...refused.map((file) => `${id}: the plan names ${JSON.stringify(file)}, which no task may write; left out.`),
      ...(files.length === 0 ? [`${id}: the plan names no file for it, so it may write any and runs alone.`] : []),
    ],
  };
}

function describe(item: MergedItem): string {
  const criteria = item.acceptance.map(cleanText).filter((criterion) => criterion !== "");
  const parts = [
    cleanText(item.description) || cleanLine(item.title) || `Item ${item.id} of the plan.`,
    ...(criteria.length === 0 ? [] : [["Done when:", ...criteria.map((text) => `- ${text}`)].join("\n")]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function isWritable(file: string): boolean {
  const pattern = parsePathPattern(file);
  return pattern.ok && protectedPathReason(pattern.value.text) === undefined;
}

function taskId(index: number, count: number): string {
  return `T${String(index + 1).padStart(Math.max(3, String(count).length), "0")}`;
}
