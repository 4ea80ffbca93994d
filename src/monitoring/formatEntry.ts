import type { ProgressEntry } from "../core/progress.ts";
import { toPlainLine } from "./terminalText.ts";

/** `[implement] T001 working: src/a.ts`: one line, whatever the message holds. */
export function formatEntry({ message, level, context }: ProgressEntry): string {
  const words = [
    `[${toPlainLine(context.phaseId)}]`,
    ...(level === "info" ? [] : [level === "warn" ? "warning:" : "error:"]),
    ...(context.taskId === undefined ? [] : [toPlainLine(context.taskId)]),
    toPlainLine(message),
  ];
  return words.join(" ");
}
