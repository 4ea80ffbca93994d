import { withoutHiddenCharacters } from "../core/visibleText.ts";
import { fencedCode, splitAtFences } from "./markdownFences.ts";

/**
 * Text of unknown origin inside a Markdown document: it may use emphasis, lists and code, but it cannot leave a code
 * fence open, or start a heading, a table, HTML or a comment, nor load an image from elsewhere, nor turn the text around.
 */
export function markdownProse(text: string): string {
  return splitAtFences(withoutHiddenCharacters(text))
    .map((piece) => (piece.kind === "code" ? fencedCode(piece.text) : withoutStructure(piece.text)))
    .join("\n");
}

function withoutStructure(text: string): string {
  return (
    withoutHtmlAndFences(text)
      // A heading, also inside a quote or a list.
      .replace(/^((?:[ \t>*+-]|\d{1,9}[.)])*)(#{1,6}(?=\s|$))/gmu, "$1\\$2")
      // A rule, the line under a heading or a table's head, a row of a table, the target of a link.
      .replace(/^([ \t>]*)([-_*=|:][-_*=|: \t]*$|\||\[(?=.*\]:))/gmu, "$1\\$2")
  );
}

/** The same on one line. */
export function markdownLine(text: string): string {
  return withoutStructure(oneLine(text));
}

/** One table cell: on one line, with no bar that would end it. */
export function markdownCell(text: string): string {
  return withoutHtmlAndFences(oneLine(text)).replace(/\\?\|/gu, "\\|");
}

/** A path as code where that is safe, else as text. */
export function markdownPath(path: string): string {
  return /^[^`|<>\\\s]+(?: [^`|<>\\\s]+)*$/u.test(path) && path === oneLine(path) ? `\`${path}\`` : markdownCell(path);
}

function oneLine(text: string): string {
  return withoutHiddenCharacters(text).replace(/\s+/gu, " ").trim();
}

function withoutHtmlAndFences(text: string): string {
  if (!hasSimpleCode(text)) return escapeHtmlAndFences(text);
  // Every other piece is code, which is shown as it is.
  const pieces = text.split("`");
  return pieces.map((piece, index) => (index % 2 === 0 ? escapeHtmlAndFences(piece) : piece)).join("`");
}

/**
 * Whether it is beyond doubt what is code: on each line, backticks stand alone and in pairs, and none is escaped. Only
 * then every reader of Markdown sees the same pieces.
 */
function hasSimpleCode(text: string): boolean {
  if (/``|\\`/u.test(text)) return false;
  return text.split("\n").every((line) => line.split("`").length % 2 === 1);
}

function escapeHtmlAndFences(text: string): string {
  return text
    .replaceAll("<", "&lt;")
    .replace(/`{3,}|~{3,}/gu, (fence) => [...fence].map((character) => `\\${character}`).join(""))
    .replaceAll("![", "!\\[");
}
