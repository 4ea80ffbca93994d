import { columnsOf, fitColumns, toPlainLine } from "./terminalText.ts";

export interface Column {
  readonly head: string;
  /** Numbers stand at the right. */
  readonly align?: "right";
  /** In columns of the terminal; longer text ends in `…`. */
  readonly maxWidth?: number;
}

/** Rows aligned for a terminal, two spaces between columns, each line harmless; the first line holds the heads. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const heads = columns.map(({ head }) => head);
  const cells = [heads, ...rows].map((row) =>
    columns.map(({ maxWidth }, at) => fitColumns(toPlainLine(row[at] ?? ""), maxWidth ?? Number.MAX_SAFE_INTEGER)),
  );
  const widths = columns.map((_, at) => cells.reduce((widest, row) => Math.max(widest, columnsOf(row[at] ?? "")), 0));
  return cells.map((row) =>
    row
      .map((cell, at) => {
        const space = " ".repeat((widths[at] ?? 0) - columnsOf(cell));
        return columns[at]?.align === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}
