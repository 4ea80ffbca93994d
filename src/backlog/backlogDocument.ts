import { type Document, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { failure, type Result, success } from "../core/result.ts";
import {
  type Diagnostic,
  type Diagnostics,
  type Locate,
  quote,
  sortDiagnostics,
  type ValuePath,
} from "./diagnostics.ts";

/** A file of 10,000 tasks takes about half of this; the parser needs seconds for more. */
const MAX_BYTES = 4 * 1024 * 1024;
const BYTE_ORDER_MARK = "\uFEFF";
/** An unreadable file is unreadable in many ways; the first ones say it. */
const MAX_SYNTAX_ERRORS = 20;

/** BACKLOG.yaml as read: its text, its values, and where each stands. Says nothing about what the values mean. */
export interface BacklogDocument {
  /** The whole file, a byte order mark included. */
  readonly text: string;
  readonly value: unknown;
  readonly locate: Locate;
  readonly yaml: Document.Parsed;
}

/**
 * Reads the bytes of a file. `file` is how messages name it. Refused, each with its place: more than 4 MiB, not UTF-8,
 * broken YAML, tabs as indentation, several documents, aliases (they hide size and make edits reach further than they
 * look), repeated keys, tags and directives.
 */
export function parseBacklogDocument(file: string, bytes: Uint8Array): Result<BacklogDocument, Diagnostics> {
  const at = (line: number, column: number, message: string, suggestion?: string): Diagnostics => [
    { file, line, column, message, ...(suggestion === undefined ? {} : { suggestion }) },
  ];
  if (bytes.length > MAX_BYTES) {
    return failure(at(1, 1, `the file has ${bytes.length} bytes; at most ${MAX_BYTES} are read`));
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return failure(at(lineOfBadByte(bytes), 1, "the file is not UTF-8 text"));

  const body = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  const nul = body.indexOf("\0");
  if (nul >= 0)
    return failure(at(body.slice(0, nul).split("\n").length, 1, "the file holds a NUL byte; it is not text"));

  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  let yaml: Document.Parsed;
  try {
    yaml = parseDocument(body, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      // The library compares each key with each: repeated keys are found below, in linear time.
      uniqueKeys: false,
      resolveKnownTags: false,
      logLevel: "error",
    });
  } catch {
    return failure(at(1, 1, "the file is nested too deeply to be read"));
  }
  const problems = [
    ...[...yaml.errors, ...yaml.warnings]
      .slice(0, MAX_SYNTAX_ERRORS)
      .map((error) => ({ ...place(error.pos[0]), message: syntaxMessage(error.code, error.message) })),
    ...(yaml.errors.length > 0 ? [] : structureProblems(yaml, place)),
  ];
  if (problems.length > 0) return failure(sortDiagnostics(problems));
  if (yaml.contents === null) return failure(at(1, 1, "the file is empty; a backlog was expected"));

  return success({ text, yaml, value: yaml.toJS({ maxAliasCount: 0 }), locate: (path) => place(offsetOf(yaml, path)) });
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The decoder does not say where it stopped: lines are decoded one by one until one fails. */
function lineOfBadByte(bytes: Uint8Array): number {
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0 || decodeUtf8(bytes.subarray(start, end)) === undefined) return line;
    start = end + 1;
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

function structureProblems(yaml: Document.Parsed, place: (offset: number) => Omit<Diagnostic, "message">): Diagnostics {
  const problems: Diagnostic[] = [];
  const report = (offset: number, message: string) => {
    if (problems.length < MAX_SYNTAX_ERRORS) problems.push({ ...place(offset), message });
  };
  visit(yaml, {
    Alias: (_, alias) => report(startOf(alias), `the alias *${alias.source} is not supported; write the value out`),
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const pair of map.items) {
        const key = keyOf(pair);
        if (seen.has(key)) report(startOf(pair.key), `the key ${quote(key)} is given twice`);
        seen.add(key);
      }
    },
  });
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
