import { parseDocument, type YAMLParseError } from "yaml";
import type { BlockProblem } from "./yamlHazards.ts";

interface Part {
  readonly start: number;
  readonly text: string;
}

/** More than a plan of 10,000 items has. Beyond it the file is no plan, and parsing each part would take minutes. */
const MAX_PARTS = 40_000;

/** Uniqueness of keys is not the parser's: it compares all with all. */
export const PARSER_OPTIONS = { uniqueKeys: false, stringKeys: true, prettyErrors: false, logLevel: "silent" } as const;

/**
 * What is not YAML, given what the parser found in the whole block. One mistake, such as a tab, brings up an error on
 * nearly each line after it; so each key and each item is parsed by itself, and the first error of each is told.
 */
export function yamlSyntaxProblems(yaml: string, errors: readonly YAMLParseError[]): BlockProblem[] {
  const tabs = errors.filter(({ code }) => code === "TAB_AS_INDENT").map((error) => problemAt(error));
  const parts = partsOf(yaml);
  const own = (parts.length > MAX_PARTS ? [] : parts).flatMap(({ start, text }) => {
    const found = parseDocument(text.trimEnd(), PARSER_OPTIONS).errors.map((error) => problemAt(error, start));
    // The parser may notice a tab's consequences before the tab.
    const tab = tabs.find(({ offset }) => offset >= start && offset < start + text.length);
    return found.length > 0 && tab !== undefined ? [tab] : firstOf(found);
  });
  return own.length > 0 ? own : firstOf(errors.map((error) => problemAt(error)));
}

function firstOf(problems: readonly BlockProblem[]): BlockProblem[] {
  return problems.toSorted((left, right) => left.offset - right.offset).slice(0, 1);
}

function problemAt({ message, pos }: YAMLParseError, start = 0): BlockProblem {
  return { message: `not valid YAML: ${message}`, offset: start + pos[0] };
}

/** Cut before each line that begins in the first column, and before each entry of the outermost lists. */
function partsOf(yaml: string): Part[] {
  return cutBefore(yaml, /^[^\s#\]}-]/gmu).flatMap(({ start, text }) => {
    const indentations = [...text.matchAll(/^( *)- /gmu)].map(([, blank = ""]) => blank.length);
    if (indentations.length === 0) return [{ start, text }];
    const outermost = indentations.reduce((least, next) => Math.min(least, next));
    return cutBefore(text, new RegExp(`^ {${outermost}}- `, "gmu")).map((part) => ({
      ...part,
      start: start + part.start,
    }));
  });
}

function cutBefore(text: string, pattern: RegExp): Part[] {
  const starts = [...new Set([0, ...Array.from(text.matchAll(pattern), ({ index }) => index)])];
  return starts.map((start, position) => ({ start, text: text.slice(start, starts[position + 1]) }));
}
