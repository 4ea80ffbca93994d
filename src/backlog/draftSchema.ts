import type { JsonSchema } from "../core/agentRunner.ts";
import { jsonInText } from "../core/jsonInText.ts";
import { TASK_ID_PATTERN } from "./backlogSchema.ts";
import { cleanLine, cleanText } from "./plainText.ts";

const lines = (description: string, maxItems: number) => ({
  type: "array",
  items: { type: "string", minLength: 1 },
  maxItems,
  description,
});

/**
 * What the drafting agent answers. Less than a backlog: what widens a task's rights (`network`, `allow_empty`), its
 * model and its status are for people to write.
 */
export const draftSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["tasks"],
  properties: {
    tasks: {
      type: "array",
      minItems: 1,
      maxItems: 200,
      items: {
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
          complexity: { enum: ["documentation", "simple", "complex"] },
        },
      },
    },
  },
};

const TASK_FIELDS = ["id", "depends_on", "files", "reads", "complexity"] as const;

/**
 * The draft's tasks as values for the backlog's own schema, which judges them; undefined when the answer holds no list
 * of tasks at all. `structured` is used when the host delivered it, else JSON is looked for in the text.
 */
export function tasksOfAnswer(answer: { readonly text: string; readonly structured?: unknown }): unknown[] | undefined {
  const draft = answer.structured ?? jsonInText(answer.text);
  const tasks = typeof draft === "object" && draft !== null && "tasks" in draft ? draft.tasks : undefined;
  return Array.isArray(tasks) ? tasks.map(taskValue) : undefined;
}

function taskValue(task: unknown): unknown {
  if (typeof task !== "object" || task === null) return task;
  const draft: Readonly<Record<string, unknown>> = { ...task };
  const given = Object.fromEntries(
    TASK_FIELDS.flatMap((key) => (draft[key] === undefined || draft[key] === null ? [] : [[key, draft[key]] as const])),
  );
  return {
    ...given,
    ...mapText(draft, "title", cleanLine),
    ...mapText(draft, "description", (text) => (cleanText(text) === "" ? "" : `${cleanText(text)}\n`)),
    ...mapText(draft, "context", (text) => (cleanText(text) === "" ? "" : `${cleanText(text)}\n`)),
    ...(Array.isArray(draft.acceptance) ? { acceptance: draft.acceptance.map((run: unknown) => ({ run })) } : {}),
  };
}

function mapText(draft: Readonly<Record<string, unknown>>, key: string, clean: (text: string) => string): object {
  const value = draft[key];
  if (value === undefined || value === null) return {};
  return { [key]: typeof value === "string" ? clean(value) : value };
}
