/**
 * Text of unknown origin inside a Markdown document: it may use emphasis and lists, but it cannot start or end a code
 * fence, a heading, a table, HTML or a comment, nor load an image from elsewhere.
 */
export function markdownProse(text: string): string {
  return withoutHtmlAndFences(text).replace(
    /^([^\S\n]*)(#{1,6}(?=\s|$)|[=|]|[-_*]{2,}[-_*\s]*$|\[[^\]\n]*\]:)/gmu,
    "$1\\$2",
  );
}

/** The same on one line. */
export function markdownLine(text: string): string {
  return markdownProse(text.replace(/\s+/gu, " ").trim());
}

/** One table cell: on one line, with no bar that would end it. */
export function markdownCell(text: string): string {
  return withoutHtmlAndFences(text.replace(/\s+/gu, " ").trim()).replace(/\\?\|/gu, "\\|");
}

/** A path as code where that is safe, else as text. */
export function markdownPath(path: string): string {
  return /^[^`|<>\\\s]+(?: [^`|<>\\\s]+)*$/u.test(path) ? `\`${path}\`` : markdownCell(path);
}

/** A label inside `["…"]` of a mermaid flowchart, at most 60 characters. */
export function mermaidLabel(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  const characters = [...line];
  const shortened = characters.length <= 60 ? line : `${characters.slice(0, 59).join("")}…`;
  return shortened.replace(/[#"`<>&;|{}[\]()\\]/gu, (character) => `#${character.codePointAt(0)};`);
}

function withoutHtmlAndFences(text: string): string {
  return text
    .replaceAll("<", "&lt;")
    .replace(/`{3,}|~{3,}/gu, (fence) => [...fence].map((character) => `\\${character}`).join(""))
    .replaceAll("![", "!\\[");
}
