import { readBoundedFile } from "../core/boundedFile.ts";
import { decodeUtf8 } from "../core/decodeUtf8.ts";
import { failure, type Result, success } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import { type PlanDocument, parsePlan } from "./planDocument.ts";
import { formatPlanProblems, planProblems } from "./planProblems.ts";

/** 12 MB: some 10,000 items. A larger file is not a plan, and is not read. */
const MAX_PLAN_BYTES = 12 * 2 ** 20;

/** Reads PLAN.md. The failure says what is wrong for a person, as `shown:line:column: …`. */
export async function readPlanFile(path: string, shown: string): Promise<Result<PlanDocument, string>> {
  const problem = (message: string, place = { line: 1, column: 1 }) =>
    failure(formatPlanProblems(shown, planProblems([{ ...place, message }])));
  const bytes = await readBoundedFile(path, MAX_PLAN_BYTES);
  if (bytes.ok) {
    const text = decodeUtf8(bytes.value);
    if (!text.ok) return problem("the file is not UTF-8 text", text.failure);
    const document = parsePlan(text.value);
    return document.ok ? success(document.value) : failure(formatPlanProblems(shown, document.failure));
  }
  switch (bytes.failure.reason) {
    case "missing":
      return failure(`${shown}: there is no such file; make one with 'opencode run plan'.`);
    case "too_large":
      return problem(
        `the file has ${megabytes(bytes.failure.bytes)} MB; at most ${megabytes(MAX_PLAN_BYTES)} are read`,
      );
    case "not_a_file":
    case "unreadable":
      return problem(`the file cannot be read: ${bytes.failure.message}`);
    default:
      return unreachable(bytes.failure);
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
