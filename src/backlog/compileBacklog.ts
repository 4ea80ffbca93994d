import { failure, type Result, success } from "../core/result.ts";
import type { Backlog } from "../types.ts";
import { type BacklogDocument, parseBacklogDocument } from "./backlogDocument.ts";
import { backlogSchema } from "./backlogSchema.ts";
import { checkTasks } from "./checkTasks.ts";
import { decodeBacklog } from "./decodeBacklog.ts";
import {
  bySeverity,
  type Diagnostics,
  type Finding,
  sortDiagnostics,
  toDiagnostic,
  type ValuePath,
} from "./diagnostics.ts";
import type { Origin, RepositoryFacts } from "./repositoryFacts.ts";
import { compileSchema } from "./schemaFindings.ts";

export interface CompiledBacklog {
  /** Its tasks are in the order of work, whatever the order of the file. */
  readonly backlog: Backlog;
  readonly document: BacklogDocument;
  readonly warnings: Diagnostics;
  /** Tasks that have checks, none of which can fail. */
  readonly unprovenTasks: ReadonlySet<string>;
}

const checkSchema = compileSchema(backlogSchema);

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
  const shape = checkSchema(value);
  const checked = checkTasks(decodeBacklog(value), origin, facts);
  // Later passes see what the schema refused as empty: what they say about the same value would only repeat it.
  const spokenFor = shape.length === 0 ? () => false : valuesSpokenFor(shape);
  const { errors, warnings } = bySeverity(checked.findings.filter((finding) => !spokenFor(finding.path)));
  const place = (findings: readonly Finding[]) =>
    sortDiagnostics(findings.map((finding) => toDiagnostic(finding, locate)));
  if (shape.length + errors.length > 0) return failure(place([...shape, ...errors]));
  const { backlog, unprovenTasks } = checked;
  return success({ backlog, document: document.value, warnings: place(warnings), unprovenTasks });
}

/** True for a value the findings are about, and for one that holds such a value or lies inside one. */
function valuesSpokenFor(findings: readonly Finding[]): (path: ValuePath) => boolean {
  const exact = new Set(findings.map((finding) => JSON.stringify(finding.path)));
  const around = new Set(findings.flatMap((finding) => prefixes(finding.path)));
  return (path) => around.has(JSON.stringify(path)) || prefixes(path).some((prefix) => exact.has(prefix));
}

function prefixes(path: ValuePath): readonly string[] {
  return Array.from({ length: path.length + 1 }, (_, length) => JSON.stringify(path.slice(0, length)));
}
