export interface TextLine {
  /** Where it begins in the text, in UTF-16 units. */
  readonly start: number;
  /** Without its line end. */
  readonly text: string;
}

/** The lines of a text that ends them with `\n`, `\r\n` or `\r`; a byte order mark belongs to none. */
export function linesOf(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let start = text.startsWith("\u{feff}") ? 1 : 0;
  for (const end of text.matchAll(/\r\n?|\n/gu)) {
    lines.push({ start, text: text.slice(start, end.index) });
    start = end.index + end[0].length;
  }
  lines.push({ start, text: text.slice(start) });
  return lines;
}
