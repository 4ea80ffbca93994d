import { closingLines } from "./markdownFences.ts";
import { linesOf, type TextLine } from "./textLines.ts";

/** From the first character of a part of a text to after its last one, in UTF-16 units. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the sections headed `heading` (a line such as `## Items`) stand, each up to the next heading of the first or
 * second level that is not in fenced code, blank lines at its end left out.
 */
export function placesOfSections(text: string, heading: string): Place[] {
  const lines = linesOf(text);
  const headings = headingLines(lines);
  return headings.flatMap((from, position) => {
    if (lines[from]?.text.trim() !== heading) return [];
    return [placeOfLines(lines, from, headings[position + 1] ?? lines.length)];
  });
}

/** Where the paragraphs that begin so stand, above the second heading. */
export function placesOfParagraphs(text: string, begins: string): Place[] {
  const lines = linesOf(text);
  const end = headingLines(lines)[1] ?? lines.length;
  return lines.slice(0, end).flatMap((line, from) => {
    if (!line.text.startsWith(begins)) return [];
    const blank = lines.findIndex(({ text: below }, at) => at > from && below.trim() === "");
    return [placeOfLines(lines, from, blank < 0 ? end : Math.min(blank, end))];
  });
}

/** Where `part` first stands in `text` on lines of its own. */
export function placeOfText(text: string, part: string): Place | undefined {
  for (let start = text.indexOf(part); start >= 0; start = text.indexOf(part, start + 1)) {
    const end = start + part.length;
    const before = text[start - 1] ?? "\n";
    if (/[\r\n\u{feff}]/u.test(before) && /[\r\n]/u.test(text[end] ?? "\n")) return { start, end };
  }
  return undefined;
}

function headingLines(lines: readonly TextLine[]): number[] {
  const closings = closingLines(lines.map(({ text }) => text));
  const headings: number[] = [];
  for (let position = 0; position < lines.length; position++) {
    const closing = closings[position];
    if (closing !== undefined) position = closing;
    else if (/^ {0,3}##?(?:[ \t]|$)/u.test(lines[position]?.text ?? "")) headings.push(position);
    else if (isUnderlined(lines, position)) headings.push(position);
  }
  return headings;
}

/** The other form of a heading: a line of text above one of `===` or `---`. */
function isUnderlined(lines: readonly TextLine[], position: number): boolean {
  const [line = "", below = ""] = [lines[position]?.text, lines[position + 1]?.text];
  return /^ {0,3}(?:=+|-{2,})[ \t]*$/u.test(below) && /^ {0,3}[\p{L}\p{N}]/u.test(line);
}

function placeOfLines(lines: readonly TextLine[], from: number, to: number): Place {
  const last = lines.slice(from, to).findLast(({ text }) => text.trim() !== "");
  const start = lines[from]?.start ?? 0;
  return { start, end: last === undefined ? start : last.start + last.text.length };
}
