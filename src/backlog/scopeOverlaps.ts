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

/**
 * Enough overlapping pairs to decide whether all of them are ordered: where many tasks claim the very same pattern,
 * only neighbours in the list are given. Provided the list is in topological order, a path between all neighbours is
 * a path between any two. Entries are kept in a tree by their literal prefix, and compared with those above them only.
 */
export function* scopeOverlaps(tasks: readonly Pick<Task, "files">[]): Generator<ScopeOverlap> {
  const claims = tasks.flatMap((task, index) =>
    task.files.flatMap((entry) =>
      prepareOverlap(entry).map((shape) => ({ task: index, entry, shape, key: JSON.stringify(shape) })),
    ),
  );
  const root = newFolder();
  for (const claim of claims) insert(root, claim);

  let seenFor = -1;
  let seen = new Set<number>();
  for (const claim of claims) {
    if (seenFor !== claim.task) seen = new Set();
    seenFor = claim.task;
    for (const other of meeting(root, claim)) {
      if (other.task === claim.task || seen.has(other.task)) continue;
      seen.add(other.task);
      const [a, b] = other.task < claim.task ? [other, claim] : [claim, other];
      yield { first: a.task, second: b.task, firstEntry: a.entry, secondEntry: b.entry };
    }
  }
}

/** Claims of the same form just before this one, and overlapping claims of other forms at its folder or above. */
function* meeting(root: Folder, claim: Claim): Generator<Claim> {
  let folder: Folder | undefined = root;
  for (const name of [...literalPrefix(claim.shape), undefined]) {
    for (const [key, others] of folder?.claims ?? []) {
      if (key === claim.key) {
        const before = lastBefore(others, claim.task);
        if (before) yield before;
      } else if (others[0] && shapesOverlap(claim.shape, others[0].shape)) yield* others;
    }
    folder = name === undefined ? undefined : folder?.folders.get(name);
  }
}

/** The claims of one form are in the order of the tasks. */
function lastBefore(claims: readonly Claim[], task: number): Claim | undefined {
  let low = 0;
  let high = claims.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((claims[middle]?.task ?? task) < task) low = middle + 1;
    else high = middle;
  }
  return claims[low - 1];
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
