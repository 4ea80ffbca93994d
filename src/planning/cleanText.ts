import { withoutHiddenCharacters } from "../core/visibleText.ts";

/** Text of several lines: trimmed as a whole, each line's trailing blanks removed, at most one blank line in a row. */
export function cleanText(text: string): string {
  return (
    withoutHiddenCharacters(text)
      // From the first blank of a run only: tried from each, a long run takes time by the square of its length.
      .replace(/(?<![^\S\n])[^\S\n]+$/gmu, "")
      .replace(/\n{3,}/gu, "\n\n")
      .trim()
  );
}

/** Text of one line: every run of white space becomes one blank. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/gu, " ");
}
