import { failure, type Result, success } from "../core/result.ts";
import type { Backlog, Task } from "../types.ts";
import { withOverlapEdges } from "./arrangeTasks.ts";
import { listFindings } from "./backlogGenerator.ts";
import { checkValue } from "./checkValue.ts";
import { bySeverity, type Finding } from "./diagnostics.ts";
import { decodeDraft, MOST_ADDED_TASKS } from "./draftSchema.ts";
import type { RepositoryFacts } from "./repositoryFacts.ts";

/** What an agent's draft of further tasks is compiled with. */
export interface AdditionRequest {
  /** With the statuses of now. */
  readonly backlog: Backlog;
  /** Of the commit the new tasks start from. */
  readonly facts: RepositoryFacts;
  /** What an id begins with that is made here, such as G1: G101, G102, … */
  readonly idPrefix: string;
}

/**
 * Compiles an agent's answer by `additionSchema` together with the tasks there are, which stay as they are. An id that
 * is taken already is replaced, as are the dependencies on it among the new tasks; a missing dependency where a new task
 * may write what another one writes is added. The failure is for the agent: all errors, one a line.
 *
 * @returns the new tasks, in the order of work
 */
export function compileAddition(
  { backlog, facts, idPrefix }: AdditionRequest,
  answer: unknown,
): Result<readonly Task[], string> {
  const draft = decodeDraft(answer);
  if (draft === undefined) return failure('- the answer holds no list of tasks: {"tasks": [ … ]}');
  const { length } = draft.tasks;
  if (length === 0) return failure("- the list of tasks is empty");
  if (length > MOST_ADDED_TASKS)
    return failure(`- ${length} tasks are too many: at most ${MOST_ADDED_TASKS} are added`);
  const before = backlog.tasks.length;
  const drafted = withFreshIds(draft.tasks, backlog, idPrefix);
  const value = { ...backlog, tasks: [...backlog.tasks, ...drafted] };
  const checked = checkValue(value, "generated", facts, (whole) => ({
    ...whole,
    tasks: withOverlapEdges(whole).tasks,
  }));
  // What is there already was compiled as a person's, by milder rules.
  const errors = bySeverity(checked.findings).errors.flatMap((finding) => aboutNew(finding, before));
  if (errors.length > 0) return failure(listFindings(errors));
  const known = new Set(backlog.tasks.map((task) => task.id));
  return success(checked.backlog.tasks.filter((task) => !known.has(task.id)));
}

/** The finding as of a list of the new tasks alone; nothing when it is about others. */
function aboutNew(finding: Finding, before: number): readonly Finding[] {
  const [list, index, ...rest] = finding.path;
  if (list !== "tasks") return [];
  if (typeof index !== "number") return [finding];
  return index < before ? [] : [{ ...finding, path: [list, index - before, ...rest] }];
}

/** Ids are compared without case, as the compiler does. What is no task with an id is left for the schema to name. */
function withFreshIds(drafted: readonly unknown[], backlog: Backlog, prefix: string): readonly unknown[] {
  const taken = new Set([...backlog.tasks.map((task) => task.id), ...drafted.flatMap(idOf)].map(fold));
  const existing = new Set(backlog.tasks.map((task) => fold(task.id)));
  const replaced = new Map<string, string>();
  let count = 0;
  for (const id of drafted.flatMap(idOf)) {
    if (!existing.has(fold(id)) || replaced.has(id)) continue;
    let fresh: string;
    do fresh = `${prefix}${String(++count).padStart(2, "0")}`;
    while (taken.has(fold(fresh)));
    taken.add(fold(fresh));
    replaced.set(id, fresh);
  }
  return replaced.size === 0 ? drafted : drafted.map((task) => withIds(task, replaced));
}

function withIds(task: unknown, replaced: ReadonlyMap<string, string>): unknown {
  if (typeof task !== "object" || task === null) return task;
  const { id, depends_on, ...rest }: { id?: unknown; depends_on?: unknown } = task;
  const rename = (name: unknown) => (typeof name === "string" ? (replaced.get(name) ?? name) : name);
  // Its own old id among its dependencies can only mean the task that had it before.
  const others = (name: unknown) => (name === id ? name : rename(name));
  return { id: rename(id), depends_on: Array.isArray(depends_on) ? depends_on.map(others) : depends_on, ...rest };
}

function idOf(task: unknown): readonly string[] {
  const id: unknown = typeof task === "object" && task !== null && "id" in task ? task.id : undefined;
  return typeof id === "string" ? [id] : [];
}

function fold(id: string): string {
  return id.toLowerCase();
}
