/** How strongly two nodes belong together; 0 says that they were compared and do not. */
export interface Link {
  readonly left: number;
  readonly right: number;
  readonly strength: number;
}

interface Candidate {
  readonly one: number;
  readonly other: number;
  readonly mean: number;
}

/**
 * Groups nodes, numbered from 0 and each with a label, the strongest links first, as long as the mean strength of the
 * links between two groups is at least `threshold` (average linkage) and no two nodes of one group have the same label.
 * Nodes that were not compared do not count. Groups stay in the order of their first nodes, and nodes ascend; ties go to
 * the lowest.
 */
export function joinByLinks(labels: readonly number[], links: readonly Link[], threshold: number): number[][] {
  const groups = labels.map((label, node) => ({ nodes: [node], labels: new Set([label]) }));
  const between = groups.map(() => new Map<number, { sum: number; count: number }>());
  const add = (left: number, right: number, sum: number, count: number) => {
    const known = between[left]?.get(right);
    if (known !== undefined) {
      known.sum += sum;
      known.count += count;
      return known.sum / known.count;
    }
    const link = { sum, count };
    between[left]?.set(right, link);
    between[right]?.set(left, link);
    return sum / count;
  };

  for (const { left, right, strength } of links) add(left, right, strength, 1);
  const queue: Candidate[] = [];
  for (const [one, others] of between.entries()) {
    for (const [other, { sum, count }] of others) {
      if (one < other && sum / count >= threshold) pushCandidate(queue, { one, other, mean: sum / count });
    }
  }

  for (let next = popCandidate(queue); next !== undefined; next = popCandidate(queue)) {
    const { mean } = next;
    // The links of the group that has fewer are moved.
    const fewer = (between[next.one]?.size ?? 0) < (between[next.other]?.size ?? 0);
    const [one, other] = fewer ? [next.other, next.one] : [next.one, next.other];
    const link = between[one]?.get(other);
    if (link === undefined || link.sum / link.count !== mean) continue;
    between[one]?.delete(other);
    between[other]?.delete(one);
    const kept = groups[one];
    const joined = groups[other];
    if (kept === undefined || joined === undefined || sharesLabel(kept.labels, joined.labels)) continue;
    kept.nodes.push(...joined.nodes.splice(0));
    for (const label of joined.labels) kept.labels.add(label);
    for (const [third, { sum, count }] of between[other] ?? []) {
      between[third]?.delete(other);
      const newMean = add(one, third, sum, count);
      if (newMean >= threshold) {
        pushCandidate(queue, { one: Math.min(one, third), other: Math.max(one, third), mean: newMean });
      }
    }
    between[other]?.clear();
  }
  return groups
    .filter(({ nodes }) => nodes.length > 0)
    .map(({ nodes }) => nodes.sort((left, right) => left - right))
    .sort(([left = 0], [right = 0]) => left - right);
}

function comesBefore(left: Candidate, right: Candidate): boolean {
  return (left.mean - right.mean || right.one - left.one || right.other - left.other) > 0;
}

/** A binary heap, the strongest on top. */
function pushCandidate(heap: Candidate[], candidate: Candidate): void {
  let place = heap.push(candidate) - 1;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !comesBefore(candidate, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = candidate;
}

function popCandidate(heap: Candidate[]): Candidate | undefined {
  const top = heap[0];
  const moved = heap.pop();
  if (top === undefined || moved === undefined || heap.length === 0) return top;
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    const [left, right] = [heap[below], heap[below + 1]];
    if (left !== undefined && right !== undefined && comesBefore(right, left)) below++;
    const child = heap[below];
    if (child === undefined || !comesBefore(child, moved)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = moved;
  return top;
}

function sharesLabel<Label>(left: ReadonlySet<Label>, right: ReadonlySet<Label>): boolean {
  const [fewer, more] = left.size < right.size ? [left, right] : [right, left];
  for (const label of fewer) if (more.has(label)) return true;
  return false;
}
