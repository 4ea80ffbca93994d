import type { Task } from "../types.ts";
import { literalPrefix, type PathShape, prepareOverlap, shapesOverlap } from "./globOverlap.ts";

/** Two tasks, by position, whose `files` may meet, with one entry of each that shows it. `first` < `second`. */
export interface ScopeOverlap {
  readonly first: number;
  readonly second: number;
  readonly firstEntry: string;
  readonly secondEntry: string;
}

interface Claim {
  readonly task: number;
  readonly entry: string;
  readonly shape: PathShape;
  readonly key: string;
}

interface Folder {
  readonly folders: Map<string, Folder>;
  /** Claims whose literal prefix ends here, by their normal form. */
  readonly claims: Map<string, Claim[]>;
}

/** Only entries that begin with a wildcard meet so many others; comparing all of ten thousand takes minutes. */
const MAX_COMPARISONS = 1_000_000;
/** What preparing one alternative of braces takes, in comparisons. */
const ALTERNATIVE_COST = 20;

/**
 * Enough overlapping pairs to decide whether all of them are ordered: of the tasks that claim the very same pattern a
 * task is paired with its neighbours in the list only. Provided the list is in topological order, a path between all
 * neighbours is a path between any two. Entries are kept in a tree by their literal prefix, and compared with those
 * above them only. Returns whether all were compared.
 */
export function* scopeOverlaps(
  tasks: readonly Pick<Task, "files">[],
  maxComparisons = MAX_COMPARISONS,
): Generator<ScopeOverlap, "all compared" | "too many"> {
  const budget = { left: maxComparisons };
  const claims: Claim[] = [];
  const root = newFolder();
  for (const [task, { files }] of tasks.entries()) {
    for (const entry of files) {
      const shapes = prepareOverlap(entry);
      budget.left -= (shapes.length - 1) * ALTERNATIVE_COST;
      for (const shape of shapes) claims.push({ task, entry, shape, key: JSON.stringify(shape) });
    }
    if (budget.left < 0) return "too many";
  }
  for (const claim of claims) insert(root, claim);

  let seenFor = -1;
  let seen = new Set<number>();
  for (const claim of claims) {
    if (seenFor !== claim.task) seen = new Set();
    seenFor = claim.task;
    for (const other of meeting(root, claim, budget)) {
      if (other.task === claim.task || seen.has(other.task)) continue;
      seen.add(other.task);
      const [a, b] = other.task < claim.task ? [other, claim] : [claim, other];
      yield { first: a.task, second: b.task, firstEntry: a.entry, secondEntry: b.entry };
    }
    if (budget.left < 0) return "too many";
  }
  return "all compared";
}

/** The nearest claims of its own form and of each overlapping form that begins at its folder or above. */
function* meeting(root: Folder, claim: Claim, budget: { left: number }): Generator<Claim> {
  let folder: Folder | undefined = root;
  for (const name of [...literalPrefix(claim.shape), undefined]) {
    for (const [key, others] of folder?.claims ?? []) {
      if (budget.left-- < 0) return;
      if (key === claim.key) {
        const before = others[firstFrom(others, claim.task) - 1];
        if (before) yield before;
      } else if (others[0] && shapesOverlap(claim.shape, others[0].shape)) {
        const neighbours = [others[firstFrom(others, claim.task) - 1], others[firstFrom(others, claim.task + 1)]];
        for (const neighbour of neighbours) if (neighbour) yield neighbour;
      }
    }
    folder = name === undefined ? undefined : folder?.folders.get(name);
  }
}

/** The claims of one form are in the order of the tasks: the position of the first that is not before `task`. */
function firstFrom(claims: readonly Claim[], task: number): number {
  let low = 0;
  let high = claims.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((claims[middle]?.task ?? task) < task) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert(root: Folder, claim: Claim): void {
  let folder = root;
  for (const name of literalPrefix(claim.shape)) {
    const next: Folder = folder.folders.get(name) ?? newFolder();
    folder.folders.set(name, next);
    folder = next;
  }
  const same = folder.claims.get(claim.key);
  if (same) same.push(claim);
  else folder.claims.set(claim.key, [claim]);
}

function newFolder(): Folder {
  return { folders: new Map(), claims: new Map() };
}
