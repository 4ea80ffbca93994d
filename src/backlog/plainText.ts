/** A model's text made fit for a backlog: no control characters, no half characters, one kind of line end. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?/gu, "\n")
    .replace(/(?![\n\t])[\p{Cc}\p{Cs}]/gu, "")
    .trim();
}

/** The same on one line of at most 200 characters, as titles are. */
export function cleanLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\s]+/gu, " ").trim();
  return line.length <= 200 ? line : `${line.slice(0, 199).replace(/\p{Cs}$/u, "")}…`;
}
