import { failure, type Result, success } from "../core/result.ts";
import type { PlanProblem } from "./planProblems.ts";
import { linesOf, type TextLine } from "./textLines.ts";

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

/** The lines from the opening fence to before the closing one, whose position `closing` is. */
interface Candidate {
  readonly fence: string;
  readonly opening: number;
  readonly closing: number | undefined;
  readonly isPlan: boolean;
}

/**
 * The fenced `yaml` block that starts in the first column and has the keys of a plan, `version` and `items`, of which
 * there may be one; if none has them, the last block. So examples of YAML may stand before and after it. Only the first
 * column counts: neither indented text nor an open fence of the prose can hide the block.
 */
export function findPlanBlock(text: string): Result<FencedBlock, PlanProblem> {
  const lines = linesOf(text);
  const candidates = candidateBlocks(lines);
  const [plan, second] = candidates.filter(({ isPlan }) => isPlan);
  if (plan !== undefined && second !== undefined) return failure(whySecond(plan, second));
  const chosen = plan ?? candidates.at(-1);
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

interface OpenBlock {
  readonly fence: string;
  readonly opening: number;
  readonly keys: Set<string>;
  /** Of its first key. */
  indentation: number | undefined;
}

/** Keys of the outermost mapping: what only has such words further in is no plan. */
function addKey(block: OpenBlock, line: string): void {
  const [, blank = "", name = ""] = /^([ \t{]*)["']?([\w-]+)["']?[ \t]*:/u.exec(line) ?? [];
  if (name === "") return;
  block.indentation ??= blank.length;
  const isOuter = blank.length <= block.indentation;
  if (isOuter && (name === "version" || name === "items")) block.keys.add(name);
}

function candidateBlocks(lines: readonly TextLine[]): Candidate[] {
  const candidates: Candidate[] = [];
  let open: OpenBlock | undefined;
  const add = (closing: number | undefined) => {
    if (open !== undefined) candidates.push({ ...open, closing, isPlan: open.keys.size === 2 });
    open = undefined;
  };
  for (const [position, { text }] of lines.entries()) {
    const fence = /^(`{3,}|~{3,})[ \t]*ya?ml(?![\w-])/iu.exec(text)?.[1];
    if (fence !== undefined) {
      add(undefined);
      open = { fence, opening: position, indentation: undefined, keys: new Set() };
    } else if (open !== undefined && text.startsWith(open.fence) && /^(?:`+|~+)[ \t]*$/u.test(text)) {
      add(position);
    } else if (open !== undefined) {
      addKey(open, text);
    }
  }
  add(undefined);
  return candidates;
}

/** Taking either would be a guess, and work on the wrong plan costs more than the question. */
function whySecond(first: Candidate, second: Candidate): PlanProblem {
  const message = `a second yaml block with a plan (version and items); the first is on line ${first.opening + 1}: keep one, or take the word yaml off the other's fence`;
  return { line: second.opening + 1, column: 1, message };
}

function whyNone(lines: readonly TextLine[]): PlanProblem {
  const inside = lines.findLastIndex(({ text }) => /^[\s>*+\d.)-]+(?:`{3,}|~{3,})[ \t]*ya?ml/iu.test(text));
  if (inside < 0) {
    const message = "there is no ```yaml block with the exact plan at the end; run plan again";
    return { line: lines.length, column: 1, message };
  }
  const column = (lines[inside]?.text.search(/[`~]/u) ?? 0) + 1;
  const message = "the yaml block has to begin in the first column; here it is indented, or in a quote or a list";
  return { line: inside + 1, column, message };
}
