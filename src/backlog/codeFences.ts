/** What may stand before a fence: indentation, marks of quotes and of list items. */
const FENCE = /^((?:[ \t]|>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))*)(`{3,}|~{3,})(.*)$/u;

/**
 * Follows Markdown line by line and knows whether a code fence is open: as CommonMark reads it (section 4.5; in quotes
 * and list items too), and as anyone would who only looks at the lines that begin with a fence. Where the two readings
 * differ, a fence counts as open.
 */
export class CodeFences {
  private open: { readonly marker: string; readonly indent: number } | undefined;
  private backticks = 0;
  private tildes = 0;

  get isOpen(): boolean {
    return this.open !== undefined || this.backticks % 2 === 1 || this.tildes % 2 === 1;
  }

  read(line: string): void {
    const [, before = "", marker, after = ""] = FENCE.exec(line) ?? [];
    if (marker === undefined) return;
    const isTilde = marker.startsWith("~");
    // Backticks that are closed on their own line are code within a line.
    if (!isTilde && after.includes("`")) return;
    if (isTilde) this.tildes++;
    else this.backticks++;
    const indent = before.replaceAll("\t", "    ").length;
    if (this.open === undefined) this.open = { marker, indent };
    else if (closes(marker, after, indent, this.open)) this.open = undefined;
  }
}

/** A fence is closed by one of the same character, at least as long, alone on its line and not further inside. */
function closes(marker: string, after: string, indent: number, open: { marker: string; indent: number }): boolean {
  return (
    marker[0] === open.marker[0] &&
    marker.length >= open.marker.length &&
    after.trim() === "" &&
    indent <= open.indent + 3
  );
}

/** True for text that was cut, or never closed, inside a code fence. */
export function endsInsideFence(text: string): boolean {
  const fences = new CodeFences();
  for (const line of text.split("\n")) fences.read(line);
  return fences.isOpen;
}
