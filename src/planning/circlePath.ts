import type { DependencyEdge } from "./dependencyOrder.ts";
import { groupBy } from "./groupBy.ts";

/** Edges followed for all circles together: answers made of circles are not searched by the square of their length. */
const MAX_FOLLOWED = 200_000;

/**
 * Finds the shortest circle an edge closes: the edge, then an edge of what it needs, and so on back to its item. After
 * `MAX_FOLLOWED` edges it gives the edge alone.
 */
export function circleFinder(edges: readonly DependencyEdge[]): (closing: DependencyEdge) => readonly DependencyEdge[] {
  const needsOf = groupBy(edges, ({ item }) => item);
  let followed = 0;
  return (closing) => {
    const reachedBy = new Map<number, DependencyEdge>();
    const queue = [closing.needs];
    for (let place = 0; place < queue.length && !reachedBy.has(closing.item); place++) {
      for (const edge of needsOf.get(queue[place] ?? -1) ?? []) {
        if (++followed > MAX_FOLLOWED) return [closing];
        if (reachedBy.has(edge.needs)) continue;
        reachedBy.set(edge.needs, edge);
        queue.push(edge.needs);
      }
    }
    const back: DependencyEdge[] = [];
    for (let at = closing.item; at !== closing.needs; ) {
      const edge = reachedBy.get(at);
      if (edge === undefined) return [closing];
      back.push(edge);
      at = edge.item;
    }
    return [closing, ...back.reverse()];
  };
}
