import { placeAtEnd } from "../core/decodeUtf8.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { Plan } from "../types.ts";
import { findPlanBlock } from "./fencedBlock.ts";
import { fenceFor } from "./markdownFences.ts";
import { readPlanBlock, writePlanBlock } from "./planBlock.ts";
import { type PlanProblems, planProblems } from "./planProblems.ts";
import { planSections } from "./planProse.ts";

/** PLAN.md as it is in the file: what it plans, and every byte around that. */
export interface PlanDocument {
  readonly plan: Plan;
  /** The whole file, with its byte order mark and line ends. */
  readonly text: string;
  /** Where the fenced block with the exact plan begins and ends in `text`, in UTF-16 units. */
  readonly block: { readonly start: number; readonly end: number };
}

/**
 * PLAN.md: for people first, and the exact plan in one fenced `yaml` block at the end, which alone is read back.
 * The same plan gives the same bytes, and `parsePlan` of them gives the same plan.
 */
export function renderPlan(plan: Plan): string {
  return `${[...planSections(plan).map(({ text }) => text), renderBlock(plan)].join("\n\n")}\n`;
}

/** The fenced block alone, without a line end after it. */
export function renderBlock(plan: Plan): string {
  const yaml = writePlanBlock(plan);
  const fence = fenceFor(yaml);
  return `${fence}yaml\n${yaml}${fence}`;
}

/** Reads the fenced block of PLAN.md (see `findPlanBlock`); the prose around it may say anything. */
export function parsePlan(text: string): Result<PlanDocument, PlanProblems> {
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    return failure(planProblems([{ ...placeAtEnd(text.slice(0, nul)), message: "a NUL character: this is no text" }]));
  }
  const block = findPlanBlock(text);
  if (!block.ok) return failure(planProblems([block.failure]));

  const { yaml, firstLine, start, end } = block.value;
  const plan = readPlanBlock(yaml);
  if (plan.ok) return success({ plan: plan.value, text, block: { start, end } });
  const located = plan.failure.problems.map(({ message, offset }) => {
    const { line, column } = placeAtEnd(yaml.slice(0, offset));
    return { line: firstLine + line - 1, column, message };
  });
  return failure(planProblems(located, plan.failure.total));
}
