import { failure, type Result, success } from "../core/result.ts";
import type { PlanProblem } from "./planProblems.ts";

/** A fenced block of YAML within a text. */
export interface FencedBlock {
  /** What is between the fences, lines ending in `\n`. */
  readonly yaml: string;
  /** Line of the file, from 1, on which `yaml` begins. */
  readonly firstLine: number;
  /** Where the opening fence begins and the closing one ends, line end not included, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

interface Line {
  readonly start: number;
  readonly text: string;
}

/** The lines from the opening fence to before the closing one, whose position `closing` is. */
interface Candidate {
  readonly fence: string;
  readonly opening: number;
  readonly closing: number | undefined;
  readonly isPlan: boolean;
}

/**
 * The last fenced `yaml` block that starts in the first column and has the keys of a plan; if none has, the last one.
 * So examples of YAML may stand before and after it. Only the first column counts: neither indented text nor an open
 * fence of the prose can hide the block.
 */
export function findPlanBlock(text: string): Result<FencedBlock, PlanProblem> {
  const lines = linesOf(text);
  const candidates = candidateBlocks(lines);
  const chosen = candidates.findLast(({ isPlan }) => isPlan) ?? candidates.at(-1);
  if (chosen === undefined) return failure(whyNone(lines));
  const { opening, closing, fence } = chosen;
  if (closing === undefined) {
    return failure({ line: opening + 1, column: 1, message: `the yaml block is not closed by a line ${fence}` });
  }
  const last = lines[closing];
  return success({
    yaml: lines
      .slice(opening + 1, closing)
      .map((line) => `${line.text}\n`)
      .join(""),
    firstLine: opening + 2,
    start: lines[opening]?.start ?? 0,
    end: last === undefined ? text.length : last.start + last.text.length,
  });
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = text.startsWith("\u{feff}") ? 1 : 0;
  for (const end of text.matchAll(/\r\n?|\n/gu)) {
    lines.push({ start, text: text.slice(start, end.index) });
    start = end.index + end[0].length;
  }
  lines.push({ start, text: text.slice(start) });
  return lines;
}

function candidateBlocks(lines: readonly Line[]): Candidate[] {
  const candidates: Candidate[] = [];
  let open: { readonly fence: string; readonly opening: number; readonly keys: Set<string> } | undefined;
  const add = (closing: number | undefined) => {
    if (open !== undefined) candidates.push({ ...open, closing, isPlan: open.keys.size === 2 });
    open = undefined;
  };
  for (const [position, { text }] of lines.entries()) {
    const fence = /^(`{3,}|~{3,})[ \t]*ya?ml(?![\w-])/iu.exec(text)?.[1];
    const key = open && /^[ \t{]*["']?(version|items)["']?[ \t]*:/u.exec(text)?.[1];
    if (fence !== undefined) {
      add(undefined);
      open = { fence, opening: position, keys: new Set() };
    } else if (open !== undefined && text.startsWith(open.fence) && /^(?:`+|~+)[ \t]*$/u.test(text)) {
      add(position);
    } else if (key !== undefined) {
      open?.keys.add(key);
    }
  }
  add(undefined);
  return candidates;
}

function whyNone(lines: readonly Line[]): PlanProblem {
  const inside = lines.findLastIndex(({ text }) => /^[\s>*+\d.)-]+(?:`{3,}|~{3,})[ \t]*ya?ml/iu.test(text));
  if (inside < 0) {
    const message = "there is no ```yaml block with the exact plan at the end; run plan again";
    return { line: lines.length, column: 1, message };
  }
  const column = (lines[inside]?.text.search(/[`~]/u) ?? 0) + 1;
  const message = "the yaml block has to begin in the first column; here it is indented, or in a quote or a list";
  return { line: inside + 1, column, message };
}
