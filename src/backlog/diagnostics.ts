import { compareText } from "../core/compareText.ts";

/** Which pass of the compiler speaks; each has its own rules (docs/decisions/0025-what-the-backlog-compiler-checks.md). */
export type FindingKind =
  | "file"
  | "syntax"
  | "schema"
  | "reference"
  | "cycle"
  | "order"
  | "scope"
  | "overlap"
  | "complexity"
  | "acceptance"
  | "size";

/** An error refuses the backlog; a warning is told and refuses nothing. */
export type Severity = "error" | "warning";

/** One thing wrong with a backlog, at its place in the file. Lines and columns count from 1. */
export interface Diagnostic {
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly task?: string;
  readonly field?: string;
  readonly message: string;
  readonly suggestion?: string;
}

export type Diagnostics = readonly Diagnostic[];

/** Keys and list positions from the document's root to a value, such as `["tasks", 2, "files", 0]`. */
export type ValuePath = readonly (string | number)[];

/** What a compiler pass finds: about a value, wherever that value stands in a file. */
export interface Finding {
  readonly kind: FindingKind;
  /** Default: an error. */
  readonly severity?: "warning" | undefined;
  readonly path: ValuePath;
  readonly task?: string;
  readonly message: string;
  readonly suggestion?: string;
}

/** The place of a value, or of its nearest parent that the file holds. */
export type Locate = (path: ValuePath) => { readonly file: string; readonly line: number; readonly column: number };

/** A terminal and a person have their limits: beyond this many lines the summary gives the number. */
const SHOWN = 100;
const SHOWN_WARNINGS = 20;

export function toDiagnostic(finding: Finding, locate: Locate): Diagnostic {
  const field = fieldOf(finding.path);
  return {
    kind: finding.kind,
    severity: finding.severity ?? "error",
    ...locate(finding.path),
    ...(finding.task === undefined ? {} : { task: finding.task }),
    ...(field === undefined ? {} : { field }),
    message: finding.message,
    ...(finding.suggestion === undefined ? {} : { suggestion: finding.suggestion }),
  };
}

/** By place, then by text, so that the same file gives the same lines; exact repetitions once. */
export function sortDiagnostics(diagnostics: Diagnostics): Diagnostics {
  const sorted = [...diagnostics].sort(
    (a, b) => a.line - b.line || a.column - b.column || compareText(a.message, b.message),
  );
  return sorted.filter((diagnostic, index) => {
    const before = sorted[index - 1];
    return (
      before?.line !== diagnostic.line || before.column !== diagnostic.column || before.message !== diagnostic.message
    );
  });
}

/** Findings that refuse the backlog, and those that do not. */
export function bySeverity(findings: readonly Finding[]): {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
} {
  return {
    errors: findings.filter((finding) => finding.severity === undefined),
    warnings: findings.filter((finding) => finding.severity === "warning"),
  };
}

/**
 * One line each, `file:line:column task T003 field files: message`, and a last line that says it all when it is the
 * only one somebody reads.
 */
export function formatDiagnostics(diagnostics: Diagnostics): string {
  const first = diagnostics[0];
  if (!first) return "no errors";
  if (diagnostics.length === 1) return `${formatDiagnostic(first)}; nothing was run`;
  const hidden = diagnostics.length - SHOWN;
  const count = `${diagnostics.length} errors${hidden > 0 ? ` (the last ${hidden} are not shown)` : ""}`;
  return [
    ...diagnostics.slice(0, SHOWN).map(formatDiagnostic),
    `${first.file}: ${count}; nothing was run. The first is ${formatDiagnostic(first).slice(first.file.length + 1)}`,
  ].join("\n");
}

/** One line each, `file:line:column warning: task T003 field files: message`; the first ones where there are many. */
export function formatWarnings(warnings: Diagnostics): readonly string[] {
  const hidden = warnings.length - SHOWN_WARNINGS;
  const lines = warnings.slice(0, SHOWN_WARNINGS).map(formatDiagnostic);
  return hidden > 0 ? [...lines, `${hidden} more warnings are not shown.`] : lines;
}

/** A finding without a place, for a reader who has no file: the model that drafted the tasks. */
export function formatFinding(finding: Finding): string {
  return `${subject(finding.task, fieldOf(finding.path))}${finding.message}${advice(finding.suggestion)}`;
}

/** A value of the user's inside a message: on one line, quoted, never longer than a line should be. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 76)}…`;
}

function formatDiagnostic(diagnostic: Diagnostic): string {
  const place = `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}`;
  const warning = diagnostic.severity === "warning" ? "warning: " : "";
  const line = `${place} ${warning}${subject(diagnostic.task, diagnostic.field)}${diagnostic.message}${advice(diagnostic.suggestion)}`;
  // Ids, keys and the parser's messages quote the file: it must not steer the terminal or break the line.
  return line.replace(/\p{Cc}/gu, "\uFFFD");
}

function subject(task: string | undefined, field: string | undefined): string {
  const parts = [...(task === undefined ? [] : [`task ${task}`]), ...(field === undefined ? [] : [`field ${field}`])];
  return parts.length === 0 ? "" : `${parts.join(" ")}: `;
}

function advice(suggestion: string | undefined): string {
  return suggestion === undefined ? "" : ` (${suggestion})`;
}

/** The field as its owner knows it: within a task the task's own field, otherwise the document's. */
function fieldOf(path: ValuePath): string | undefined {
  const field = path[0] === "tasks" && path.length > 1 ? path[2] : path[0];
  return field === undefined ? undefined : String(field);
}
