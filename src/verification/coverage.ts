/** The lowest coverage of lines, in percent, that these lines tell in one of the usual forms. */
export function coverageIn(lines: readonly string[]): number | undefined {
  const figures = [...tableFigures(lines), ...summaryFigures(lines), ...goFigure(lines)].filter(
    (figure) => figure >= 0 && figure <= 100,
  );
  return figures.length === 0 ? undefined : Math.min(...figures);
}

/** Tables with a column for lines and a row for all files: node:test, bun, and what istanbul prints for the others. */
function tableFigures(lines: readonly string[]): number[] {
  const figures: number[] = [];
  let column: number | undefined;
  for (const line of lines) {
    if (!line.includes("|")) continue;
    const cells = line
      .replace(/^(?:#|ℹ) /u, "")
      .split("|")
      .map((cell) => cell.trim().toLowerCase());
    if (cells[0] === "file") {
      const found = cells.findIndex((cell) => cell === "% lines" || cell === "line %");
      column = found === -1 ? undefined : found;
    } else if (cells[0] === "all files" && column !== undefined) {
      figures.push(percent(cells[column] ?? ""));
    }
  }
  return figures;
}

/** `Lines : 85.71% ( 6/7 )` of istanbul's short form, and the last column of coverage.py's `TOTAL`. */
function summaryFigures(lines: readonly string[]): number[] {
  return lines.flatMap((line) => {
    const said =
      /^ *Lines +: +([\d.]{1,8})% \(/u.exec(line)?.[1] ??
      /^TOTAL(?: +\d{1,9}){2,4} +([\d.]{1,8})%$/u.exec(line.trimEnd())?.[1];
    return said === undefined ? [] : [percent(said)];
  });
}

/** Go tells it for each package, and with `-v` twice: their mean, since it does not say how large they are. */
function goFigure(lines: readonly string[]): number[] {
  const total = lines.flatMap((line) => /^total:\s+\(statements\)\s+([\d.]{1,8})%/u.exec(line)?.[1] ?? []).at(-1);
  if (total !== undefined) return [percent(total)];
  const alone: number[] = [];
  const inPackages: number[] = [];
  for (const line of lines) {
    const said = /\bcoverage: ([\d.]{1,8})% of statements/u.exec(line)?.[1];
    if (said === undefined) continue;
    if (line.startsWith("coverage:")) alone.push(percent(said));
    else if (/^(?:ok +)?\t/u.test(line)) inPackages.push(percent(said));
  }
  const figures = alone.length > inPackages.length ? alone : inPackages;
  if (figures.length === 0) return [];
  const mean = figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
  return [Math.round(mean * 10) / 10];
}

function percent(text: string): number {
  return text === "" ? Number.NaN : Number(text);
}
