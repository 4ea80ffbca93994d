import type { Backlog, Check, Complexity, Goal, Task, TaskStatus } from "../types.ts";

/**
 * A backlog with its defaults filled in. Exact for a value the schema accepts; from any other it takes what has the
 * right shape, so that the later passes can report their errors together with the schema's. Tasks keep their positions.
 */
export function decodeBacklog(value: unknown): Backlog {
  const root = mapping(value);
  const goal = root.goal === undefined ? undefined : decodeGoal(root.goal);
  return {
    version: 1,
    track_id: text(root.track_id),
    title: text(root.title),
    ...(root.plan === undefined ? {} : { plan: text(root.plan) }),
    ...(root.base === undefined ? {} : { base: text(root.base) }),
    ...(goal === undefined ? {} : { goal }),
    verify: texts(root.verify),
    setup: texts(root.setup),
    tasks: list(root.tasks).map(decodeTask),
  };
}

function decodeTask(value: unknown): Task {
  const task = mapping(value);
  return {
    id: text(task.id),
    title: text(task.title),
    description: text(task.description),
    depends_on: texts(task.depends_on),
    files: texts(task.files),
    reads: texts(task.reads),
    context: text(task.context),
    acceptance: checks(task.acceptance),
    ...(task.complexity === undefined ? {} : { complexity: text(task.complexity) as Complexity }),
    ...(task.model === undefined ? {} : { model: text(task.model) }),
    allow_empty: task.allow_empty === true,
    network: task.network === true,
    status: task.status === undefined ? "pending" : (text(task.status) as TaskStatus),
  };
}

function decodeGoal(value: unknown): Goal {
  const goal = mapping(value);
  return { criteria: texts(goal.criteria), checks: checks(goal.checks) };
}

function checks(value: unknown): readonly Check[] {
  return list(value).map((check) => ({ run: text(mapping(check).run) }));
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Positions stay those of the file: what is not text becomes an empty one. */
function texts(value: unknown): readonly string[] {
  return list(value).map(text);
}
