import { failure, type Result, success } from "../core/result.ts";
import type { Backlog } from "../types.ts";
import { type BacklogDocument, parseBacklogDocument } from "./backlogDocument.ts";
import { backlogSchema } from "./backlogSchema.ts";
import { decodeBacklog } from "./decodeBacklog.ts";
import { type Diagnostics, type Finding, sortDiagnostics, toDiagnostic, type ValuePath } from "./diagnostics.ts";
import { checkOrder } from "./passes/order.ts";
import { checkOverlaps } from "./passes/overlaps.ts";
import { checkPaths } from "./passes/paths.ts";
import { checkReferences } from "./passes/references.ts";
import { checkSize } from "./passes/size.ts";
import { compileSchema } from "./schemaFindings.ts";

export interface CompiledBacklog {
  readonly backlog: Backlog;
  readonly document: BacklogDocument;
}

const checkSchema = compileSchema(backlogSchema);

/** From the bytes of a BACKLOG.yaml to a backlog that can be worked on, or every reason why it cannot, together. */
export function compileBacklog(file: string, bytes: Uint8Array): Result<CompiledBacklog, Diagnostics> {
  const document = parseBacklogDocument(file, bytes);
  if (!document.ok) return document;
  const { value, locate } = document.value;
  const shape = checkSchema(value);
  const backlog = decodeBacklog(value);
  // Later passes see what the schema refused as empty: what they say about the same value would only repeat it.
  const spokenFor = valuesSpokenFor(shape);
  const findings = [...shape, ...checkTasks(backlog).filter((finding) => !spokenFor(finding.path))];
  if (findings.length === 0) return success({ backlog, document: document.value });
  return failure(sortDiagnostics(findings.map((finding) => toDiagnostic(finding, locate))));
}

/** What the schema cannot say. Overlaps are a question about the graph, so they wait until the graph is sound. */
export function checkTasks(backlog: Backlog): readonly Finding[] {
  const graph = [...checkReferences(backlog), ...checkOrder(backlog)];
  return [
    ...graph,
    ...checkPaths(backlog),
    ...checkSize(backlog),
    ...(graph.length === 0 ? checkOverlaps(backlog) : []),
  ];
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
