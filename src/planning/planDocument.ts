import { failure, type Result, success } from "../core/result.ts";
import { utf8Length } from "../core/utf8.ts";
import type { Plan } from "../types.ts";
import { readPlanBlock, writePlanBlock } from "./planBlock.ts";
import { renderPlanProse } from "./planProse.ts";

/** 8 MB: some thousand items. A larger file is not a plan. */
const MAX_PLAN_BYTES = 8 * 1024 * 1024;

/** Where a plan cannot be read. Lines and columns count from 1; `message` begins with `file:line:column`. */
export interface PlanDocumentProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/**
 * PLAN.md: for people first, and the exact plan in one fenced `yaml` block at the end, which alone is read back.
 * The same plan gives the same bytes, and `parsePlan` of them gives the same plan.
 */
export function renderPlan(plan: Plan): string {
  const yaml = writePlanBlock(plan);
  const fence = fenceFor(yaml);
  return `${renderPlanProse(plan)}\n${fence}yaml\n${yaml}${fence}\n`;
}

/**
 * Reads the last fenced `yaml` block of PLAN.md, which starts in the first column; the prose around it may say
 * anything. `fileName` is only for the message.
 */
export function parsePlan(text: string, fileName: string): Result<Plan, PlanDocumentProblem> {
  const problem = (line: number, column: number, message: string) =>
    failure({ message: `${fileName}:${line}:${column}: ${message}`, line, column });
  const size = utf8Length(text);
  if (size > MAX_PLAN_BYTES) {
    return problem(
      1,
      1,
      `the plan is ${Math.ceil(size / 2 ** 20)} MB; at most ${MAX_PLAN_BYTES / 2 ** 20} MB are read`,
    );
  }

  const lines = text
    .replace(/^\u{feff}/u, "")
    .replace(/\r\n?/gu, "\n")
    .split("\n");
  const opening = lines.findLastIndex((line) => /^`{3,}ya?ml\s*$/u.test(line));
  if (opening < 0) {
    return problem(lines.length, 1, "there is no ```yaml block with the exact plan at the end; run plan again");
  }
  const fence = /^`+/u.exec(lines[opening] ?? "")?.[0] ?? "```";
  const closing = lines.findIndex((line, index) => index > opening && line.startsWith(fence) && /^`+\s*$/u.test(line));
  if (closing < 0) return problem(opening + 1, 1, `the yaml block is not closed by a line ${fence}`);

  const yaml = lines.slice(opening + 1, closing).join("\n");
  const plan = readPlanBlock(`${yaml}\n`);
  if (plan.ok) return success(plan.value);
  const before = yaml.slice(0, plan.failure.offset).split("\n");
  return problem(opening + 1 + before.length, (before.at(-1)?.length ?? 0) + 1, plan.failure.message);
}

/** Longer than every run of backticks in the block, so that no text in it can end it. */
function fenceFor(yaml: string): string {
  const longest = (yaml.match(/`+/gu) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  return "`".repeat(longest + 1);
}
