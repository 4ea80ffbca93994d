import { Ajv } from "ajv";
import type { JsonSchema } from "../core/agentRunner.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { Research } from "../types.ts";
import { cleanLine } from "./cleanText.ts";
import { schemaErrors } from "./schemaErrors.ts";

/** Lengths are in characters, counts in entries. What is beyond them is asked for again, shorter. */
const LIMITS = { findings: 30, list: 20, says: 600, source: 300 } as const;

const line = (maxLength: number) => ({ type: "string", minLength: 1, maxLength });
const lines = { type: "array", maxItems: LIMITS.list, items: line(LIMITS.says) };

const properties = {
  findings: {
    type: "array",
    maxItems: LIMITS.findings,
    description: "Facts that matter for the plan, the most important first",
    items: {
      type: "object",
      additionalProperties: false,
      required: ["says", "source"],
      properties: {
        says: { ...line(LIMITS.says), description: "One fact" },
        source: { ...line(LIMITS.source), description: "The link or the path of the file it was read in" },
      },
    },
  },
  constraints: { ...lines, description: "What a plan has to respect" },
  risks: { ...lines, description: "What may go wrong" },
};

/** What the researcher is asked to answer by. */
export const researchAnswerSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["findings", "constraints", "risks"],
  properties,
};

/** tasks/research.json, version 1. */
export const researchSchema: JsonSchema = {
  type: "object",
  additionalProperties: false,
  required: ["version", "findings", "constraints", "risks"],
  properties: { version: { const: 1 }, ...properties },
};

export interface DecodedResearch {
  readonly research: Research;
  /** What was left out of the answer, and why. */
  readonly notes: readonly string[];
}

const validate = new Ajv({ allErrors: true, strict: false }).compile<Research>(researchSchema);

/**
 * Reads a researcher's answer. Text is cleaned, missing lists are empty, findings that name no source are left out with
 * a note. The failure names every field that is wrong, for the agent to mend.
 */
export function decodeResearch(value: unknown): Result<DecodedResearch, string> {
  if (!isRecord(value)) return failure("The answer must be a JSON object.");
  const notes: string[] = [];
  const mended = {
    version: 1,
    findings: mendFindings(value.findings, notes),
    constraints: mendLines(value.constraints),
    risks: mendLines(value.risks),
  };
  if (!validate(mended)) return failure(schemaErrors(validate.errors ?? []));
  return success({ research: mended, notes });
}

/** As it stands in tasks/research.json. */
export function renderResearch(research: Research): string {
  return `${JSON.stringify(research, null, 2)}\n`;
}

function mendFindings(value: unknown, notes: string[]): unknown {
  if (value == null) return [];
  if (!Array.isArray(value)) return value;
  return value.flatMap((finding: unknown) => {
    if (!isRecord(finding)) return [finding];
    const says = mendLine(finding.says);
    const source = mendLine(finding.source ?? "");
    if (says === "") return [];
    if (source !== "") return [{ says, source }];
    notes.push(`a finding without a source is left out: ${String(says)}`);
    return [];
  });
}

function mendLines(value: unknown): unknown {
  if (value == null) return [];
  if (!Array.isArray(value)) return value;
  return [...new Set(value.filter((entry) => entry != null).map(mendLine))].filter((entry) => entry !== "");
}

function mendLine(value: unknown): unknown {
  return typeof value === "string" ? cleanLine(value) : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
