import { stripVTControlCharacters } from "node:util";

/** Of longer output the first and the last half of this are read, in UTF-16 units. */
const READ_CHARACTERS = 16 * 1024 * 1024;

/** What is longer is a data dump, and is cut. */
const LINE_CHARACTERS = 2_000;

/**
 * What a command printed, as the lines a person would read: without colours, of a line that was drawn over its last
 * state, and of `go test -json` the text inside. Takes time in proportion to the output, whatever it holds.
 */
export function outputLines(output: string): string[] {
  const half = READ_CHARACTERS / 2;
  const read =
    output.length <= READ_CHARACTERS ? output : `${output.slice(0, half)}\n${output.slice(output.length - half)}`;
  return read.split("\n").flatMap((line) => {
    const shown = shownLine(line);
    const printed = shown.startsWith("{") ? textOfGoEvent(shown) : shown;
    return printed === undefined ? [] : [printed];
  });
}

const ESCAPE = "\u{1b}";

function shownLine(line: string): string {
  const whole = line.endsWith("\r") ? line.slice(0, -1) : line;
  const short = whole.slice(whole.lastIndexOf("\r") + 1).slice(0, LINE_CHARACTERS);
  return short.includes(ESCAPE) ? stripVTControlCharacters(short) : short;
}

/** One line of `go test -json`: what the test printed, undefined for what is no text. Another line stays as it is. */
function textOfGoEvent(line: string): string | undefined {
  if (!line.includes('"Action":')) return line;
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event !== "object" || event === null || !("Action" in event)) return line;
    const isText = "Output" in event && typeof event.Output === "string";
    return isText ? String(event.Output).replace(/\n$/u, "") : undefined;
  } catch {
    return line;
  }
}
