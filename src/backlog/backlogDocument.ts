import type { Document, LineCounter } from "yaml";
import { failure, type Result, success } from "../core/result.ts";
import type { Diagnostics, Locate, ValuePath } from "./diagnostics.ts";
import { linesOf } from "./lineNumbers.ts";
import { readSimpleYaml, type SimpleNode } from "./simpleYaml.ts";
import { parseStrictYaml } from "./strictYaml.ts";

/** A file of 10,000 tasks takes about half of this. */
export const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;
const BYTE_ORDER_MARK = "\uFEFF";

/** BACKLOG.yaml as read: its text, its values, and where each stands. Says nothing about what the values mean. */
export interface BacklogDocument {
  /** The whole file, a byte order mark included. */
  readonly text: string;
  readonly value: unknown;
  readonly locate: Locate;
  /** The nodes of the yaml library; made when first asked for, which takes seconds for thousands of tasks. */
  readonly yaml: Document.Parsed;
}

/**
 * Reads the bytes of a file. `file` is how messages name it. Refused, each with its place: more than 4 MiB, not UTF-8,
 * broken YAML, tabs as indentation, several documents, aliases (they hide size and make edits reach further than they
 * look), repeated keys, tags and directives.
 */
export function parseBacklogDocument(file: string, bytes: Uint8Array): Result<BacklogDocument, Diagnostics> {
  if (bytes.length > MAX_BACKLOG_BYTES) return tooLarge(file, bytes.length);
  const text = decodeUtf8(bytes);
  if (text === undefined) return unreadable(file, lineOfBadByte(bytes), "the file is not UTF-8 text");
  const body = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  const nul = body.indexOf("\0");
  if (nul >= 0) return unreadable(file, linesOf(body).linePos(nul).line, "the file holds a NUL byte; it is not text");

  const simple = readSimpleYaml(body);
  if (simple) return success(simpleDocument(file, text, body, simple));
  const strict = parseStrictYaml(file, body);
  if (!strict.ok) return strict;
  const { yaml, locate } = strict.value;
  return success({ text, yaml, value: yaml.toJS({ maxAliasCount: 0 }), locate });
}

export function tooLarge(file: string, bytes: number): Result<never, Diagnostics> {
  return unreadable(file, 1, `the file has ${bytes} bytes; at most ${MAX_BACKLOG_BYTES} are read`);
}

function unreadable(file: string, line: number, message: string): Result<never, Diagnostics> {
  return failure([{ kind: "syntax", severity: "error", file, line, column: 1, message }]);
}

function simpleDocument(file: string, text: string, body: string, root: SimpleNode): BacklogDocument {
  let yaml: Document.Parsed | undefined;
  let lines: LineCounter | undefined;
  return {
    text,
    value: root.value,
    locate: (path) => {
      lines ??= linesOf(body);
      const { line, col } = lines.linePos(offsetIn(root, path));
      return { file, line, column: col };
    },
    get yaml() {
      yaml ??= libraryNodes(file, body);
      return yaml;
    },
  };
}

function libraryNodes(file: string, body: string): Document.Parsed {
  const strict = parseStrictYaml(file, body);
  if (strict.ok) return strict.value.yaml;
  throw new Error(`The two readers of ${file} disagree: ${strict.failure[0]?.message}`);
}

/** Of the value, or of its nearest parent that the file holds; of a mapping's entry, where its key begins. */
function offsetIn(root: SimpleNode, path: ValuePath): number {
  let node = root;
  let offset = root.start;
  for (const step of path) {
    const entry = node.entries?.get(String(step));
    const next = entry?.node ?? (typeof step === "number" ? node.items?.[step] : undefined);
    if (next === undefined) break;
    offset = entry?.keyStart ?? next.start;
    node = next;
  }
  return offset;
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
