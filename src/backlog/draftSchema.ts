import type { JsonSchema } from "../core/agentRunner.ts";
import { TASK_ID_PATTERN } from "./backlogSchema.ts";
import { draftText, titleLine } from "./draftText.ts";

const lines = (description: string, maxItems: number) => ({
  type: "array",
  items: { type: "string", minLength: 1 },
  maxItems,
  description,
});

const COMPLEXITIES = ["documentation", "simple", "complex"];

/**
 * A task as an agent drafts it. Less than one of a backlog: what widens a task's rights (`network`, `allow_empty`), its
 * model and its status are for people to write.
 */
const draftedTask = {
  type: "object",
  additionalProperties: false,
  required: ["id", "title", "description", "depends_on", "files"],
  properties: {
    id: { type: "string", pattern: TASK_ID_PATTERN },
    title: { type: "string", minLength: 1, maxLength: 120, description: "One line" },
    description: {
      type: "string",
      minLength: 1,
      maxLength: 1_400,
      description: "Everything the worker must know",
    },
    depends_on: lines("Ids of tasks that must be complete first", 50),
    files: { ...lines("Paths or globs the task may write, from the repository's root", 50), minItems: 1 },
    reads: lines("Files to read first", 20),
    context: { type: "string", maxLength: 800, description: "Facts about the code that help" },
    acceptance: lines("Shell commands that fail now and end with status 0 once the task is done", 5),
    complexity: { enum: COMPLEXITIES },
  },
};

/** What the drafting agent answers. */
export const draftSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["tasks"],
  properties: {
    tasks: { type: "array", minItems: 1, maxItems: 500, items: draftedTask },
    goal_checks: lines("Shell commands that end with status 0 once all tasks are done", 10),
  },
};

/** So many tasks a gap plan adds at most: it fills gaps, it is no second plan. */
export const MOST_ADDED_TASKS = 10;

/** What it answers when tasks are to be added to a backlog, whose goal stays what it is. */
export const additionSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["tasks"],
  properties: { tasks: { type: "array", minItems: 1, maxItems: MOST_ADDED_TASKS, items: draftedTask } },
};

/** A draft as values for the backlog's own schema, which judges them. */
export interface Draft {
  readonly tasks: readonly unknown[];
  readonly goalChecks: readonly unknown[];
}

/**
 * Reads an answer as tolerantly as its meaning allows: the list by itself, a text where a list of texts belongs, null
 * for what is left out, commands as `{run}`. Undefined: it holds no list of tasks at all.
 */
export function decodeDraft(answer: unknown): Draft | undefined {
  const { tasks, goal_checks: checks } = Array.isArray(answer) ? { tasks: answer } : mapping(answer);
  if (!Array.isArray(tasks)) return undefined;
  return { tasks: tasks.map(taskValue), goalChecks: checksOf(checks) };
}

function taskValue(task: unknown): unknown {
  if (typeof task !== "object" || task === null || Array.isArray(task)) return task;
  const { id, title, description, depends_on, files, reads, context, acceptance, complexity } = mapping(task);
  return withoutMissing({
    id,
    title: mapText(title, titleLine),
    description: mapText(description, paragraph),
    depends_on: listOf(depends_on),
    files: listOf(files),
    reads: listOf(reads),
    context: mapText(context, paragraph),
    acceptance: checksOf(acceptance),
    complexity: COMPLEXITIES.includes(String(complexity)) ? complexity : undefined,
  });
}

function checksOf(value: unknown): readonly unknown[] {
  const commands = listOf(value);
  return Array.isArray(commands)
    ? commands.map((run: unknown) => ({ run: mapText(mapping(run).run ?? run, draftText) }))
    : [];
}

/** What is neither a list nor missing nor a text is left for the schema to name. */
function listOf(value: unknown): unknown {
  return typeof value === "string" ? [value].filter((text) => text.trim() !== "") : (value ?? undefined);
}

function paragraph(text: string): string {
  const clean = draftText(text);
  return clean === "" ? "" : `${clean}\n`;
}

function mapText(value: unknown, clean: (text: string) => string): unknown {
  return typeof value === "string" ? clean(value) : (value ?? undefined);
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function withoutMissing(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
