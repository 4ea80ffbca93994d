import type { JsonSchema } from "../core/agentRunner.ts";

/** No control characters but tab and line end, no half of a surrogate pair: such text cannot be sent or shown. */
const TEXT = "^[^\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\p{Cs}]*$";
const VISIBLE_TEXT = `^(?=[^]*\\S)${TEXT.slice(1)}`;
const ONE_LINE = "^(?=.*\\S)[^\\p{Cc}\\p{Cs}\\u2028\\u2029]*$";

export const TASK_ID_PATTERN = "^[A-Za-z][A-Za-z0-9_-]{0,31}$";
export const TRACK_ID_PATTERN = "^[a-z0-9][a-z0-9-]{0,47}$";

const oneLine = { type: "string", pattern: ONE_LINE, maxLength: 200 };
const text = { type: "string", pattern: TEXT, maxLength: 65_536 };
const shellCommand = { type: "string", pattern: VISIBLE_TEXT, maxLength: 4_096 };
const commands = { type: "array", items: shellCommand, maxItems: 100 };
const checks = {
  type: "array",
  maxItems: 100,
  items: { type: "object", additionalProperties: false, required: ["run"], properties: { run: shellCommand } },
};
const paths = { type: "array", items: { type: "string" }, maxItems: 1_000 };
const taskId = { type: "string", pattern: TASK_ID_PATTERN };

const task = {
  type: "object",
  additionalProperties: false,
  required: ["id", "title", "description", "files"],
  properties: {
    id: { ...taskId, description: "Unique in this file, also when letters are compared without case." },
    title: oneLine,
    description: { ...text, minLength: 1, description: "Reaches the agent word for word." },
    depends_on: { type: "array", items: taskId, maxItems: 1_000, default: [] },
    files: { ...paths, description: "What the task may write: paths or globs inside the repository." },
    reads: { ...paths, default: [] },
    context: { ...text, default: "", description: "Compressed knowledge; shortened when the message has no room." },
    acceptance: { ...checks, default: [], description: "Shell commands; exit status 0 means pass." },
    complexity: { enum: ["documentation", "simple", "complex"] },
    model: { type: "string", pattern: "^[^\\s/]+/\\S+$", description: "provider/model; otherwise routed." },
    allow_empty: { type: "boolean", default: false },
    network: { type: "boolean", default: false },
    status: {
      enum: ["pending", "in_progress", "awaiting_input", "complete", "failed", "skipped"],
      default: "pending",
    },
  },
} as const;

/** tasks/BACKLOG.yaml, version 1 (DESIGN.md, "Contracts"). What a schema cannot say is in passes/. */
export const backlogSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "multi-agent-coder backlog",
  type: "object",
  additionalProperties: false,
  required: ["version", "track_id", "title", "tasks"],
  properties: {
    version: { const: 1 },
    track_id: { type: "string", pattern: TRACK_ID_PATTERN },
    title: oneLine,
    plan: { type: "string", pattern: ONE_LINE, maxLength: 1_024 },
    base: {
      type: "string",
      pattern: "^(?:[0-9a-f]{40}|[0-9a-f]{64})$",
      description: "Id of the git tree the tasks were written against.",
    },
    goal: {
      type: "object",
      additionalProperties: false,
      properties: {
        criteria: { type: "array", items: { ...text, minLength: 1 }, maxItems: 200, default: [] },
        checks,
      },
    },
    verify: { ...commands, default: [], description: "Passes on the base and on every commit that lands." },
    setup: { ...commands, default: [], description: "Prepares a worktree, such as `npm ci`." },
    tasks: { type: "array", items: task, minItems: 1, maxItems: 20_000 },
  },
};
