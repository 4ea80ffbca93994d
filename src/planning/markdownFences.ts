export interface MarkdownPiece {
  readonly kind: "text" | "code";
  /** Whole lines without the last line end; of code, without its fences. */
  readonly text: string;
}

/** The text cut at its fenced code. A fence that is not closed is text. `\n` ends lines. */
export function splitAtFences(text: string): MarkdownPiece[] {
  const lines = text.split("\n");
  const pieces: MarkdownPiece[] = [];
  let begin = 0;
  const closings = closingLines(lines);
  const addText = (end: number) => {
    if (end > begin) pieces.push({ kind: "text", text: lines.slice(begin, end).join("\n") });
  };
  for (let position = 0; position < lines.length; position++) {
    const closing = closings[position];
    if (closing === undefined) continue;
    addText(position);
    const indentation = (lines[position] ?? "").search(/\S/u);
    const code = lines.slice(position + 1, closing).map((line) => withoutIndentation(line, indentation));
    pieces.push({ kind: "code", text: code.join("\n") });
    position = closing;
    begin = closing + 1;
  }
  addText(lines.length);
  return pieces;
}

/** Code of a list stands as far in as its fence does. */
function withoutIndentation(line: string, most: number): string {
  return line.slice(Math.min(most, line.length - line.trimStart().length));
}

/** Code between fences that nothing in it can close. It names no language: a reader could act on one, as on mermaid. */
export function fencedCode(code: string): string {
  const fence = fenceFor(code);
  return `${fence}\n${code}\n${fence}`;
}

/** Longer than every run of backticks in `text`, so that nothing in it can end the fence. */
export function fenceFor(text: string): string {
  const longest = (text.match(/`+/gu) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  return "`".repeat(longest + 1);
}

/**
 * For each line, the line after it that closes a fence opened there, if any. Only a fence of the same length closes;
 * others are rare, and then it all is text.
 */
export function closingLines(lines: readonly string[]): (number | undefined)[] {
  const nextByFence = new Map<string, number>();
  const closings = lines.map((): number | undefined => undefined);
  for (const [position, line] of [...lines.entries()].toReversed()) {
    const [, fence, rest = ""] = /^[ \t]*(`{3,}|~{3,})([^`]*)$/u.exec(line) ?? [];
    if (fence === undefined) continue;
    closings[position] = nextByFence.get(fence);
    if (rest.trim() === "") nextByFence.set(fence, position);
  }
  return closings;
}
