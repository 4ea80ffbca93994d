import { counted } from "../../core/counted.ts";
import { truncateUtf8, utf8Length } from "../../core/utf8.ts";
import { describeFailedCheck } from "../../verification/commandCheck.ts";
import type { MissingPart, UncheckedCriterion } from "./goalCheck.ts";

/** What is known of a run's goal once nothing more is done about it. */
export type GoalStanding =
  /** There is no goal, or not every task is complete. */
  | { readonly kind: "not looked at" }
  | { readonly kind: "met"; readonly notChecked: readonly UncheckedCriterion[] }
  | {
      readonly kind: "lacking";
      readonly missing: readonly MissingPart[];
      readonly notChecked: readonly UncheckedCriterion[];
      /** Why no tasks are added for it. */
      readonly because: string;
    }
  /** The run is to be gone on with: it was interrupted, or its budget is used up. */
  | { readonly kind: "stopped"; readonly reason: string };

/** A criterion may be a page. */
const SHOWN_BYTES = 200;
/** Words of a reviewer. */
const WHY_BYTES = 400;

/** What the end of a run says of its goal, a line each. */
export function goalLines(standing: GoalStanding): readonly string[] {
  switch (standing.kind) {
    case "not looked at":
    case "stopped":
      return [];
    case "met":
      return [
        standing.notChecked.length === 0 ? "The goal is met." : "The goal is met as far as it was checked.",
        ...uncheckedLines(standing.notChecked),
      ];
    case "lacking":
      return [
        "The goal lacks:",
        ...standing.missing.map((part) => `  ${describeMissing(part)}`),
        ...uncheckedLines(standing.notChecked),
      ];
  }
}

/** The last line of a run whose goal is not met, with what to do; undefined: the goal is no reason to end as not done. */
export function goalReason(standing: GoalStanding, backlogFile: string): string | undefined {
  if (standing.kind !== "lacking") return undefined;
  const [first, ...others] = standing.missing;
  const more = others.length === 0 ? "" : ` and ${counted(others.length, "other part")}`;
  const lacks = first === undefined ? "" : `: ${describeMissing(first)}${more}`;
  return `All tasks are done, but the goal is not met${lacks}; ${standing.because}. Add tasks to ${backlogFile} or change its goal, then run implement again.`;
}

/** In one line. */
export function describeMissing(part: MissingPart): string {
  if (part.kind === "criterion") return `${inOneLine(part.criterion, SHOWN_BYTES)} (${inOneLine(part.why, WHY_BYTES)})`;
  const how = describeFailedCheck(part.failed);
  return inOneLine(
    part.failed.command === part.command ? how : `'${part.command}' could not be tried: ${how}`,
    SHOWN_BYTES + WHY_BYTES,
  );
}

function uncheckedLines(notChecked: readonly UncheckedCriterion[]): readonly string[] {
  return notChecked.map(
    ({ criterion, because }) => `Not checked: ${inOneLine(criterion, SHOWN_BYTES)} (${inOneLine(because, WHY_BYTES)})`,
  );
}

function inOneLine(text: string, maxBytes: number): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return utf8Length(line) <= maxBytes ? line : `${truncateUtf8(line, maxBytes)}…`;
}
