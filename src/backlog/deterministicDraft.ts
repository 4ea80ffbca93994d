import { failure, type Result, success } from "../core/result.ts";
import type { MergedItem, Task } from "../types.ts";
import { decodeBacklog } from "./decodeBacklog.ts";
import { bySeverity, type Finding } from "./diagnostics.ts";
import {
  arrangeDraft,
  type BacklogRequest,
  backlogValue,
  finishDraft,
  type GeneratedBacklog,
} from "./draftedBacklog.ts";
import { draftText, titleLine } from "./draftText.ts";
import { fitTask } from "./fitTask.ts";
import { checkPaths } from "./passes/paths.ts";
import { checkScopes } from "./passes/scopes.ts";
import { type CriterionCommands, commandsAmongCriteria } from "./planCommands.ts";
import { RepositoryIndex } from "./repositoryIndex.ts";
import { projectContext } from "./taskMessage.ts";

/** A task as the plan has it, and what of it needs judgement. */
interface PlannedTask {
  readonly task: Task;
  readonly criteria: readonly string[];
}

/**
 * The plan itself as the draft: one task for each item, in its order, without asking anybody. The same plan and the same
 * commit give the same bytes on every machine. Acceptance of a plan is prose and joins the description, unless a line is
 * nothing but a command of this repository's. An item that names no file it may write gets the whole repository, which
 * makes it run alone: slower, and always right. Fails with what makes the plan no backlog.
 */
export function backlogFromPlan(request: BacklogRequest): Result<GeneratedBacklog, readonly Finding[]> {
  const named = plannedTasks(request.plan.items);
  const commands = commandsAmongCriteria(named, request.facts);
  const described = named.map((planned) => withCriteria(planned, commands));
  const refused = refusedPaths(described, request);
  const closed = described.flatMap((task, index) => nothingLeft(task, index, refused.get(task.id)));
  if (closed.length > 0) return failure(closed);
  const scoped = described.map((task) => withScope(task, refused.get(task.id) ?? new Map()));

  const tasks = scoped.map(({ task }) => task);
  const project = projectContext({ ...backlogValue(request, []), tasks });
  const fitted = tasks.map((task) => fitTask(task, project, request.facts));
  const arranged = arrangeDraft(
    request,
    "planned",
    fitted.flatMap((fit) => fit.tasks),
  );
  if (!arranged.ok) return failure(arranged.failure);
  const notes = [...[...scoped, ...fitted].flatMap((each) => each.notes), ...arranged.value.notes];
  const origin = "Drafted from the plan without a model, one task for each item.";
  return success(finishDraft({ ...arranged.value, notes }, origin, "plan"));
}

function plannedTasks(items: readonly MergedItem[]): readonly PlannedTask[] {
  const ids = new Map(items.map((item, index) => [item.id, taskId(index, items.length)]));
  return items.map((item, index) => ({
    criteria: item.acceptance.map(draftText).filter((criterion) => criterion !== ""),
    task: {
      id: taskId(index, items.length),
      title: titleLine(item.title) || `Item ${index + 1} of the plan`,
      description: draftText(item.description) || titleLine(item.title) || `Item ${index + 1} of the plan.`,
      depends_on: [...new Set(item.depends_on.flatMap((dependency) => ids.get(dependency) ?? []))],
      files: [...new Set(item.files)],
      reads: [],
      context: "",
      acceptance: [],
      allow_empty: false,
      network: false,
      status: "pending",
    },
  }));
}

function withCriteria({ task, criteria }: PlannedTask, commands: CriterionCommands): Task {
  const prose = criteria.filter((criterion) => commands(task.id, criterion) === undefined);
  const runs = [...new Set(criteria.flatMap((criterion) => commands(task.id, criterion) ?? []))];
  const parts = [
    task.description,
    ...(prose.length === 0 ? [] : [["Done when:", ...prose.map((text) => `- ${text}`)].join("\n")]),
  ];
  return { ...task, description: `${parts.join("\n\n")}\n`, acceptance: runs.map((run) => ({ run })) };
}

/** By task and entry: why the task may not write it. */
function refusedPaths(
  tasks: readonly Task[],
  request: BacklogRequest,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const backlog = decodeBacklog(backlogValue(request, tasks));
  const { facts } = request;
  const findings = [
    ...checkPaths(backlog),
    ...(facts === undefined ? [] : checkScopes(backlog, "generated", new RepositoryIndex(facts), undefined)),
  ];
  const refused = new Map<string, Map<string, string>>();
  for (const { path, message } of bySeverity(findings).errors) {
    const [, index = -1, , at] = path;
    const task = tasks[Number(index)];
    const entry = task?.files[Number(at)];
    if (task === undefined || entry === undefined) continue;
    refused.set(task.id, (refused.get(task.id) ?? new Map<string, string>()).set(entry, message));
  }
  return refused;
}

/** An item all of whose files were refused must not come to write others instead. */
function nothingLeft(task: Task, index: number, refused: ReadonlyMap<string, string> | undefined): readonly Finding[] {
  if (task.files.length === 0 || task.files.some((file) => refused?.has(file) !== true)) return [];
  return [
    {
      kind: "scope",
      path: ["tasks", index, "files"],
      task: task.id,
      message: `none of the files the plan names for it may be written: ${[...(refused?.values() ?? [])].join("; ")}`,
      suggestion: "name others in the plan's block",
    },
  ];
}

/** Without what it may not write. An item that names no file gets the whole repository, and so runs alone. */
function withScope(
  task: Task,
  refused: ReadonlyMap<string, string>,
): { readonly task: Task; readonly notes: readonly string[] } {
  if (task.files.length === 0) {
    const note = `${task.id}: the plan names no file for it, so it may write any and runs alone; set allow_empty: true if it writes none.`;
    return { task: { ...task, files: ["**"] }, notes: [note] };
  }
  const files = task.files.filter((file) => !refused.has(file));
  return {
    task: { ...task, files },
    notes: [...refused.values()].map((message) => `${task.id}: ${message}; left out.`),
  };
}

function taskId(index: number, count: number): string {
  return `T${String(index + 1).padStart(Math.max(3, String(count).length), "0")}`;
}
