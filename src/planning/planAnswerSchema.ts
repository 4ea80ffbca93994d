import { Ajv } from "ajv";
import type { JsonSchema } from "../core/agentRunner.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { PlanAnswer, PlanItem } from "../types.ts";
import { cleanLine, cleanText } from "./cleanText.ts";
import { normaliseRepositoryPath } from "./repositoryPath.ts";
import { schemaErrors } from "./schemaErrors.ts";

/** Lengths are in characters, counts in entries. Beyond them an answer is asked for again, shorter. */
export const ANSWER_LIMITS = { items: 200, list: 50, line: 500, title: 200, text: 4_000 } as const;

const line = { type: "string", minLength: 1, maxLength: ANSWER_LIMITS.line };
const lines = { type: "array", maxItems: ANSWER_LIMITS.list, items: line };
const title = { type: "string", minLength: 1, maxLength: ANSWER_LIMITS.title };
const text = { type: "string", minLength: 1, maxLength: ANSWER_LIMITS.text };
const id = { type: "string", minLength: 1, maxLength: 64 };

/** What a planning agent is asked to answer by. Plain data: it is sent to the host as it is. */
export const planAnswerSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["title", "goal", "approach", "items", "risks", "acceptance"],
  properties: {
    title: { ...title, description: "The feature in a few words" },
    goal: { ...text, description: "What will be true for its user when it is done" },
    approach: { ...text, description: "How, and why this way" },
    items: {
      type: "array",
      minItems: 1,
      maxItems: ANSWER_LIMITS.items,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "title", "description", "files", "depends_on", "acceptance"],
        properties: {
          id: { ...id, description: "Unique in this answer" },
          title,
          description: { ...text, description: "What to do, for someone who sees only this item" },
          files: { ...lines, description: "Paths it writes, relative to the repository's root" },
          depends_on: { type: "array", maxItems: ANSWER_LIMITS.items, items: id, description: "Ids of other items" },
          acceptance: { ...lines, description: "How to tell that it is done" },
          effort: { type: "string", enum: ["small", "medium", "large"] },
        },
      },
    },
    risks: { ...lines, description: "What may go wrong, and what to do about it" },
    acceptance: { ...lines, description: "How to tell that the whole feature is done" },
  },
};

export interface DecodedPlanAnswer {
  readonly answer: PlanAnswer;
  /** What was left out of the answer, and why; for the progress log. */
  readonly notes: readonly string[];
}

const validate = new Ajv({ allErrors: true, strict: false }).compile<PlanAnswer>(planAnswerSchema);

/**
 * Reads a planning agent's answer. Only what cannot change its meaning is mended: text is trimmed and cleaned, empty
 * strings and unknown keys are dropped, missing lists are empty, paths are made relative to the repository. Paths
 * outside it and dependencies on items that do not exist are left out with a note. The failure names every field that
 * is wrong, so that it can be sent back to the agent.
 */
export function decodePlanAnswer(value: unknown): Result<DecodedPlanAnswer, string> {
  if (!isRecord(value)) return failure(`The answer must be a JSON object, but it is ${describe(value)}.`);
  const notes: string[] = [];
  const mended = mendAnswer(value, notes);
  if (!validate(mended)) return failure(schemaErrors(validate.errors ?? []));

  const repeated = repeatedId(mended.items);
  if (repeated !== undefined) return failure(`items: the id "${repeated}" is used twice; each item needs its own.`);
  return success({ answer: withKnownDependencies(mended, notes), notes });
}

function mendAnswer(value: Readonly<Record<string, unknown>>, notes: string[]): unknown {
  return {
    title: mendLine(value.title),
    goal: mendText(value.goal),
    approach: mendText(value.approach),
    items: Array.isArray(value.items) ? value.items.map((item) => mendItem(item, notes)) : value.items,
    risks: mendLines(value.risks),
    acceptance: mendLines(value.acceptance),
  };
}

function mendItem(item: unknown, notes: string[]): unknown {
  if (!isRecord(item)) return item;
  const effort = item.effort;
  return {
    id: mendLine(typeof item.id === "number" ? String(item.id) : item.id),
    title: mendLine(item.title),
    description: mendText(item.description ?? item.title),
    files: mendPaths(item.files, String(item.id), notes),
    depends_on: mendLines(item.depends_on),
    acceptance: mendLines(item.acceptance),
    ...(effort == null || effort === "" ? {} : { effort: typeof effort === "string" ? mendEffort(effort) : effort }),
  };
}

function mendEffort(effort: string): string {
  return cleanLine(effort).toLowerCase();
}

function mendLine(value: unknown): unknown {
  return typeof value === "string" ? cleanLine(value) : value;
}

function mendText(value: unknown): unknown {
  return typeof value === "string" ? cleanText(value) : value;
}

function mendLines(value: unknown): unknown {
  if (value == null) return [];
  if (!Array.isArray(value)) return value;
  const mended = value.filter((entry) => entry != null).map(mendLine);
  return [...new Set(mended)].filter((entry) => entry !== "");
}

function mendPaths(value: unknown, itemId: string, notes: string[]): unknown {
  const lines = mendLines(value);
  if (!Array.isArray(lines)) return lines;
  const paths = lines.flatMap((line: unknown) => {
    if (typeof line !== "string") return [line];
    const path = normaliseRepositoryPath(line);
    if (path === undefined) notes.push(`Item ${cleanLine(itemId)}: ${line} is not inside the repository; left out.`);
    return path === undefined ? [] : [path];
  });
  return [...new Set(paths)];
}

function withKnownDependencies(answer: PlanAnswer, notes: string[]): PlanAnswer {
  const ids = new Set(answer.items.map((item) => item.id));
  const items = answer.items.map((item) => {
    const depends_on = item.depends_on.filter((needed) => {
      const known = ids.has(needed) && needed !== item.id;
      if (!known) notes.push(`Item ${item.id}: it depends on ${needed}, which is no other item; left out.`);
      return known;
    });
    return { ...item, depends_on };
  });
  return { ...answer, items };
}

function repeatedId(items: readonly PlanItem[]): string | undefined {
  const seen = new Set<string>();
  return items.find((item) => seen.size === seen.add(item.id).size)?.id;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
