import { toPlainLine } from "../monitoring/terminalText.ts";
import { textTable } from "../monitoring/textTable.ts";
import type { DoctorDocument } from "./doctorDocument.ts";

/** For people: a row a check, and below it what to do. Nothing that a file or a program says steers the terminal. */
export function doctorAsText({ checks }: DoctorDocument): string {
  const rows = checks.flatMap(({ name, result, says, mend }) => [
    [name, result, says],
    ...(mend === null ? [] : [["", "", `-> ${mend}`]]),
  ]);
  return textTable([{ head: "check" }, { head: "result" }, { head: "found" }], rows).join("\n");
}

/** The last line: what failed, so that it stands on its own. Undefined: nothing did. */
export function doctorReason({ checks }: DoctorDocument): string | undefined {
  const failed = checks.filter(({ result }) => result === "failed");
  const [only, ...more] = failed;
  if (only === undefined) return undefined;
  if (more.length > 0) return `${failed.length} checks failed: ${failed.map(({ name }) => name).join(", ")}.`;
  const mend = only.mend === null ? "" : ` (${only.mend})`;
  return `1 check failed: ${only.name}: ${toPlainLine(only.says)}${mend}`;
}
