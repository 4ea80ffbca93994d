import type { Backlog } from "../types.ts";
import type { Finding } from "./diagnostics.ts";
import { checkAcceptance } from "./passes/acceptance.ts";
import { checkComplexity } from "./passes/complexity.ts";
import { checkOrder } from "./passes/order.ts";
import { checkOverlaps } from "./passes/overlaps.ts";
import { checkPaths } from "./passes/paths.ts";
import { checkReferences } from "./passes/references.ts";
import { checkScopes } from "./passes/scopes.ts";
import { checkSize } from "./passes/size.ts";
import type { Origin, RepositoryFacts } from "./repositoryFacts.ts";
import { RepositoryIndex } from "./repositoryIndex.ts";
import { pathFinder, topologicalOrder } from "./taskGraph.ts";

export interface CheckedTasks {
  /** The tasks in the order of work; as they were listed if the graph is not sound. */
  readonly backlog: Backlog;
  /** Errors and warnings; their paths are positions of the list as given. */
  readonly findings: readonly Finding[];
  readonly unprovenTasks: ReadonlySet<string>;
}

/** What the schema cannot say. Overlaps are a question about the graph, so they wait until the graph is sound. */
export function checkTasks(backlog: Backlog, origin: Origin, facts?: RepositoryFacts): CheckedTasks {
  const references = checkReferences(backlog);
  const ordered = topologicalOrder(backlog.tasks);
  const order = checkOrder(backlog, ordered.ok);
  const acceptance = checkAcceptance(backlog, origin, facts);
  const findings = [...references, ...order, ...checkPaths(backlog), ...checkSize(backlog), ...acceptance.findings];
  const inOrder = references.length === 0 && ordered.ok ? ordered.value : undefined;
  const hasPath = inOrder && pathFinder(inOrder);
  if (inOrder && hasPath) findings.push(...checkOverlaps(backlog, inOrder, hasPath));
  if (facts) {
    const repository = new RepositoryIndex(facts);
    findings.push(...checkScopes(backlog, origin, repository, hasPath), ...checkComplexity(backlog, origin, facts));
  }
  return {
    backlog: inOrder ? { ...backlog, tasks: inOrder } : backlog,
    findings,
    unprovenTasks: acceptance.unprovenTasks,
  };
}
