import { failure, type Result, success } from "../core/result.ts";
import type { Backlog } from "../types.ts";
import { type BacklogDocument, parseBacklogDocument } from "./backlogDocument.ts";
import { checkValue } from "./checkValue.ts";
import { bySeverity, type Diagnostics, type Finding, sortDiagnostics, toDiagnostic } from "./diagnostics.ts";
import type { Origin, RepositoryFacts } from "./repositoryFacts.ts";

export interface CompiledBacklog {
  /** Its tasks are in the order of work, whatever the order of the file. */
  readonly backlog: Backlog;
  readonly document: BacklogDocument;
  readonly warnings: Diagnostics;
  /** Tasks that have checks, none of which can fail. */
  readonly unprovenTasks: ReadonlySet<string>;
}

/**
 * From the bytes of a BACKLOG.yaml to a backlog that can be worked on, or every reason why it cannot, together. Without
 * `facts` nothing is said about what the repository holds.
 */
export function compileBacklog(
  file: string,
  bytes: Uint8Array,
  facts?: RepositoryFacts,
  origin: Origin = "person",
): Result<CompiledBacklog, Diagnostics> {
  const document = parseBacklogDocument(file, bytes);
  if (!document.ok) return document;
  const { value, locate } = document.value;
  const { backlog, findings, unprovenTasks } = checkValue(value, origin, facts);
  const { errors, warnings } = bySeverity(findings);
  const place = (found: readonly Finding[]) => sortDiagnostics(found.map((finding) => toDiagnostic(finding, locate)));
  if (errors.length > 0) return failure(place(errors));
  return success({ backlog, document: document.value, warnings: place(warnings), unprovenTasks });
}
