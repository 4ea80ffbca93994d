/**
 * Text from models and files as it may be stored and shown: no terminal escapes, no control, bidirectional-override
 * or byte-order characters, no half surrogates, line ends as `\n`.
 */
const TERMINAL_ESCAPES = /(?![\n\t\r])\p{Cc}\[[0-9;?]*[A-Za-z]/gu;
const LINE_ENDS = /\r\n?|[\u{85}\u{2028}\u{2029}]/gu;
const FORBIDDEN = /(?![\n\t])[\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{feff}]/gu;

/** Text of several lines: trimmed as a whole, each line's trailing blanks removed, at most one blank line in a row. */
export function cleanText(text: string): string {
  return wellFormed(text)
    .replace(TERMINAL_ESCAPES, "")
    .replace(LINE_ENDS, "\n")
    .replace(FORBIDDEN, "")
    .replace(/[^\S\n]+$/gmu, "")
    .replace(/\n{3,}/gu, "\n\n")
    .trim();
}

/** Text of one line: every run of white space becomes one blank. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/gu, " ");
}

/** Half surrogates cannot be written as UTF-8; they become U+FFFD, as every encoder would make them. */
function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
