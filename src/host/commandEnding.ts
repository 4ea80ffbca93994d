/**
 * How a command's ending travels from the tool to the pipeline model, as the text of a tool result. Success is the report
 * itself. A failure names its reason first, because OpenCode cuts long results at their end: mark, reason, mark, report.
 */
export interface CommandEnding {
  /** Printed as the answer, on standard output. */
  readonly report: string;
  /** Why not everything is done: the error the answer ends in. Undefined: everything is. */
  readonly reason: string | undefined;
}

/** U+001E, "record separator": in no text of ours, since control characters are taken out of what others say. */
const MARK = "\u001e";

export function writeEnding({ report, reason }: CommandEnding): string {
  return reason === undefined ? report : `${MARK}${reason}${MARK}${report}`;
}

export function readEnding(text: string): CommandEnding {
  if (!text.startsWith(MARK)) return { report: text, reason: undefined };
  const [, reason = "", ...report] = text.split(MARK);
  return { report: report.join(""), reason };
}
