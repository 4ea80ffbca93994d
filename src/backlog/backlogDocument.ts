import type { Document } from "yaml";
import { decodeUtf8 } from "../core/decodeUtf8.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { Diagnostics, Locate } from "./diagnostics.ts";
import { linesOf } from "./lineNumbers.ts";
import { parseStrictYaml } from "./strictYaml.ts";

/** Where `backlog` writes and `implement` reads unless told otherwise. */
export const DEFAULT_BACKLOG_FILE = "tasks/BACKLOG.yaml";
/** A file of 10,000 tasks takes about half of this. */
export const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;
const BYTE_ORDER_MARK = "\uFEFF";

/** BACKLOG.yaml as read: its text, its values, and where each stands. Says nothing about what the values mean. */
export interface BacklogDocument {
  /** The whole file, a byte order mark included. */
  readonly text: string;
  readonly value: unknown;
  readonly locate: Locate;
  /** The nodes the values came from. */
  readonly yaml: Document.Parsed;
}

/**
 * Reads the bytes of a file. `file` is how messages name it. Refused, each with its place: more than 4 MiB, not UTF-8,
 * broken YAML, tabs as indentation, several documents, aliases (they hide size and make edits reach further than they
 * look), repeated keys, tags and directives.
 */
export function parseBacklogDocument(file: string, bytes: Uint8Array): Result<BacklogDocument, Diagnostics> {
  if (bytes.length > MAX_BACKLOG_BYTES) return tooLarge(file, bytes.length);
  const decoded = decodeUtf8(bytes);
  if (!decoded.ok) return unreadable(file, decoded.failure.line, decoded.failure.column, "the file is not UTF-8 text");
  const text = decoded.value;
  const body = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  const nul = body.indexOf("\0");
  if (nul >= 0) {
    const { line, col } = linesOf(body).linePos(nul);
    return unreadable(file, line, col, "the file holds a NUL byte; it is not text");
  }
  const strict = parseStrictYaml(file, body);
  if (!strict.ok) return strict;
  const { yaml, locate } = strict.value;
  return success({ text, yaml, locate, value: yaml.toJS({ maxAliasCount: 0 }) });
}

export function tooLarge(file: string, bytes: number): Result<never, Diagnostics> {
  return unreadable(file, 1, 1, `the file has ${bytes} bytes; at most ${MAX_BACKLOG_BYTES} are read`);
}

function unreadable(file: string, line: number, column: number, message: string): Result<never, Diagnostics> {
  return failure([{ kind: "syntax", severity: "error", file, line, column, message }]);
}
