import { LineCounter } from "yaml";

/** Finds lines and columns. The yaml library's own count while it parses misses line ends inside quoted scalars. */
export function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  for (let start = 0; start <= text.length; start = nextLine(text, start)) lines.addNewLine(start);
  return lines;
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length + 1 : end + 1;
}
