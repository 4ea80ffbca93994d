import { LineCounter } from "yaml";

/**
 * Finds lines and columns; a line ends as editors end it, at a lone carriage return too. The yaml library's own count
 * while it parses misses line ends inside quoted scalars.
 */
export function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index, 0: end } of text.matchAll(/\r\n?|\n/gu)) lines.addNewLine(index + end.length);
  return lines;
}
