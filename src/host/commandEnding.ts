import type { OpenQuestion } from "../core/commandContext.ts";
import { parseJson } from "../core/parseJson.ts";

/**
 * How a command's ending travels from the tool to the pipeline model, as the text of a tool result. Success is the report
 * itself. A failure names its reason first, because OpenCode cuts long results at their end: mark, reason, mark, questions
 * as JSON, mark, report.
 */
export interface CommandEnding {
  /** Printed as the answer, on standard output. */
  readonly report: string;
  /** Why not everything is done: the error the answer ends in. Undefined: everything is. */
  readonly reason: string | undefined;
  /** What a person can be asked at once, for the command to go on. */
  readonly questions: readonly OpenQuestion[];
}

/** U+001E, "record separator": in no text of ours, since control characters are taken out of what others say. */
const MARK = "\u001e";

export function writeEnding({ report, reason, questions }: CommandEnding): string {
  if (reason === undefined) return report;
  return [MARK, reason, MARK, questions.length === 0 ? "" : JSON.stringify(questions), MARK, report].join("");
}

export function readEnding(text: string): CommandEnding {
  if (!text.startsWith(MARK)) return { report: text, reason: undefined, questions: [] };
  const [, reason = "", asked = "", ...report] = text.split(MARK);
  const questions = parseJson(asked);
  // Nobody but `writeEnding` puts the marks there; what was cut off is no JSON.
  return { report: report.join(""), reason, questions: Array.isArray(questions) ? (questions as OpenQuestion[]) : [] };
}

/** Of a command that could not begin, or broke off. */
export function failedEnding(reason: string): CommandEnding {
  return { report: "", reason, questions: [] };
}
