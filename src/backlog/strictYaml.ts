import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type LineCounter, parseDocument } from "yaml";
import { failure, type Result, success } from "../core/result.ts";
import {
  type Diagnostic,
  type Diagnostics,
  type Locate,
  quote,
  sortDiagnostics,
  type ValuePath,
} from "./diagnostics.ts";
import { linesOf } from "./lineNumbers.ts";

/** An unreadable file is unreadable in many ways; the first ones say it. */
const MAX_SYNTAX_ERRORS = 20;

export interface StrictYaml {
  readonly yaml: Document.Parsed;
  readonly locate: Locate;
}

/**
 * Reads one YAML document, and refuses with its place what makes a file say other than it seems: tabs as indentation,
 * several documents, aliases, repeated keys, tags and directives. `text` has no byte order mark.
 */
export function parseStrictYaml(file: string, text: string): Result<StrictYaml, Diagnostics> {
  let lines: LineCounter | undefined;
  const place = (offset: number) => {
    lines ??= linesOf(text);
    // The library may point between the two characters of a line's end.
    const isInside = offset > 0 && text.startsWith("\r\n", offset - 1);
    const { line, col } = lines.linePos(isInside ? offset - 1 : offset);
    return { file, line, column: col };
  };
  const problem = (offset: number, message: string): Diagnostic => ({
    kind: "syntax",
    severity: "error",
    ...place(offset),
    message,
  });
  const yaml = parseLeniently(text);
  if (yaml === undefined) return failure([problem(0, "the file is nested too deeply to be read")]);
  const problems = [
    ...[...yaml.errors, ...yaml.warnings]
      .slice(0, MAX_SYNTAX_ERRORS)
      .map((error) => problem(error.pos[0], syntaxMessage(error.code, error.message))),
    ...(yaml.errors.length > 0 ? [] : structureProblems(yaml, problem)),
  ];
  if (problems.length > 0) return failure(sortDiagnostics(problems));
  if (yaml.contents === null) return failure([problem(0, "the file is empty; a backlog was expected")]);
  return success({ yaml, locate: (path) => place(offsetOf(yaml, path)) });
}

function parseLeniently(text: string): Document.Parsed | undefined {
  try {
    return parseDocument(text, {
      prettyErrors: false,
      stringKeys: true,
      // The library compares each key with each: repeated keys are found below, in linear time.
      uniqueKeys: false,
      resolveKnownTags: false,
      logLevel: "error",
    });
  } catch {
    return undefined;
  }
}

function syntaxMessage(code: string, message: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "a tab is used as indentation; YAML wants spaces";
    case "MULTIPLE_DOCS":
      return "a second document begins here; a backlog is one document";
    case "RESOURCE_EXHAUSTION":
      return "the file is nested too deeply to be read";
    default:
      return `not valid YAML: ${message.split("\n")[0] ?? message}`;
  }
}

function structureProblems(
  yaml: Document.Parsed,
  problem: (offset: number, message: string) => Diagnostic,
): Diagnostics {
  const problems: Diagnostic[] = [];
  const report = (offset: number, message: string) => {
    if (problems.length < MAX_SYNTAX_ERRORS) problems.push(problem(offset, message));
  };
  // Not by the library's own visitor, which makes a new path for each node: seconds for thousands of tasks.
  const look = (node: unknown): void => {
    if (isAlias(node)) report(startOf(node), `the alias *${node.source} is not supported; write the value out`);
    if (isSeq(node)) node.items.forEach(look);
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const pair of node.items) {
      const key = keyOf(pair);
      if (seen.has(key)) report(startOf(pair.key), `the key ${quote(key)} is given twice`);
      seen.add(key);
      look(pair.key);
      look(pair.value);
    }
  };
  look(yaml.contents);
  return problems;
}

function offsetOf(yaml: Document.Parsed, path: ValuePath): number {
  let node: unknown = yaml.contents;
  let offset = startOf(node);
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyOf(item) === step);
      if (!pair) return offset;
      offset = startOf(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      node = typeof step === "number" ? node.items[step] : undefined;
      if (node === undefined) return offset;
      offset = startOf(node);
    } else return offset;
  }
  return offset;
}

/** A key as text; keys are scalars, the parser is asked to refuse others. */
export function keyOf(pair: unknown): string {
  const key = isPair(pair) ? pair.key : undefined;
  return isScalar(key) ? String(key.value) : String(key);
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
