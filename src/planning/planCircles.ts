import { circularComponents } from "./circularComponents.ts";

interface Waiting {
  readonly id: string;
  readonly depends_on: readonly string[];
}

/**
 * Circles of dependencies, as positions of items along `depends_on` that end where they began: for each group of items
 * that all wait for one another, the shortest through its first item. Ids are unique; unknown ones are passed over.
 */
export function planCircles(items: readonly Waiting[]): number[][] {
  const positions = new Map(items.map(({ id }, index) => [id, index]));
  const needs = items.map((item) => item.depends_on.flatMap((id) => positions.get(id) ?? []));
  const components = circularComponents(needs);
  const shown = new Set<number>();
  return needs.flatMap((needed, index) => {
    if (needed.includes(index)) return [[index, index]];
    const component = components.get(index);
    if (component === undefined || shown.has(component)) return [];
    shown.add(component);
    return [shortestCircle(index, (node) => (needs[node] ?? []).filter((next) => components.get(next) === component))];
  });
}

function shortestCircle(start: number, successors: (node: number) => readonly number[]): number[] {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const node of queue) {
    if (cameFrom.has(start)) break;
    for (const next of successors(node)) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  const circle = [start];
  let node = cameFrom.get(start);
  while (node !== undefined && node !== start) {
    circle.push(node);
    node = cameFrom.get(node);
  }
  return [...circle, start].toReversed();
}
