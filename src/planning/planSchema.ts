import { ANSWER_LIMITS } from "./planAnswerSchema.ts";

const line = { type: "string", minLength: 1, maxLength: 1_000 };
const text = { type: "string", maxLength: 20_000 };
const list = (items: object, maxItems: number) => ({ type: "array", maxItems, items });
const record = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});

const itemId = { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_-]{0,31}$" };
const agentName = { type: "string", minLength: 1, maxLength: 64 };
const effort = { enum: ["small", "medium", "large"] };
const count = { type: "integer", minimum: 0, maximum: 1_000 };

/** The machine block of PLAN.md, version 1. Generous bounds: they stop abuse, not plans. */
export const planSchema = record({
  version: { const: 1 },
  title: { type: "string", minLength: 1, maxLength: ANSWER_LIMITS.title },
  goal: text,
  approach: text,
  agents: list(agentName, 1_000),
  missing: list(record({ agent: agentName, reason: text }), 1_000),
  items: {
    minItems: 1,
    ...list(
      record(
        {
          id: itemId,
          title: { type: "string", minLength: 1, maxLength: ANSWER_LIMITS.title },
          description: text,
          files: list(line, 200),
          depends_on: list(itemId, 1_000),
          acceptance: list(line, 200),
          effort,
          provenance: list(record({ agent: agentName, item: line, effort }, ["effort"]), 1_000),
          agreement: record({ named: count, answered: count }),
        },
        ["effort"],
      ),
      10_000,
    ),
  },
  risks: list(line, 200),
  acceptance: list(line, 200),
  disagreements: list(
    record({ about: text, positions: list(record({ agent: agentName, says: text }), 1_000), settled: text }),
    20_000,
  ),
});
