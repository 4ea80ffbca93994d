import { circleFinder } from "./circlePath.ts";
import { circularComponents } from "./circularComponents.ts";
import { groupBy } from "./groupBy.ts";

/** `item` needs `needs` done first. Both are positions in a list whose order breaks ties. */
export interface DependencyEdge {
  readonly item: number;
  readonly needs: number;
  /** Who says so. */
  readonly agents: readonly string[];
}

export interface DroppedEdge {
  readonly edge: DependencyEdge;
  /**
   * The edges of the circle it closed, itself first, each followed by one of what it needs. Of two, the second is the
   * opposite that won. Only itself where there are too many circles to look into.
   */
  readonly circle: readonly DependencyEdge[];
}

export interface DependencyOrder {
  /** Every position once, each after all it needs; among those that are free, the lowest first. */
  readonly order: readonly number[];
  readonly kept: readonly DependencyEdge[];
  readonly dropped: readonly DroppedEdge[];
}

/**
 * A topological order of `count` items. Of two opposite edges the one more agents name is kept, else the one that
 * agrees with the order of the list. A longer circle is opened at the item whose unmet needs fewest agents name, the
 * first of the list among equals; only edges inside the circle are dropped.
 */
export function orderByDependency(count: number, edges: readonly DependencyEdge[]): DependencyOrder {
  const { kept: oneWay, dropped: opposed } = settleOpposites(edges);
  const circular = edgesToOpen(count, oneWay);
  const circleOf = circleFinder(oneWay);
  const kept = oneWay.filter((edge) => !circular.has(edge));
  const dropped = [
    ...opposed,
    ...oneWay.filter((edge) => circular.has(edge)).map((edge) => ({ edge, circle: circleOf(edge) })),
  ];
  const order = topologicalOrder(count, kept);
  return { order, kept, dropped };
}

function settleOpposites(edges: readonly DependencyEdge[]): { kept: DependencyEdge[]; dropped: DroppedEdge[] } {
  const byEnds = new Map(edges.map((edge) => [`${edge.item} ${edge.needs}`, edge]));
  const kept: DependencyEdge[] = [];
  const dropped: DroppedEdge[] = [];
  for (const edge of edges) {
    const opposed = byEnds.get(`${edge.needs} ${edge.item}`);
    if (opposed !== undefined && wins(opposed, edge)) dropped.push({ edge, circle: [edge, opposed] });
    else kept.push(edge);
  }
  return { kept, dropped };
}

function wins(edge: DependencyEdge, opposed: DependencyEdge): boolean {
  return edge.agents.length === opposed.agents.length
    ? edge.needs < edge.item
    : edge.agents.length > opposed.agents.length;
}

function edgesToOpen(count: number, edges: readonly DependencyEdge[]): Set<DependencyEdge> {
  const component = circularComponents(successorsOf(count, edges));
  const inside = edges.filter(({ item, needs }) => component.has(item) && component.get(item) === component.get(needs));
  const circles = groupBy(inside, ({ item }) => component.get(item));
  return new Set([...circles.values()].flatMap(openCircle));
}

/** Places the items of one circular component one by one and returns the edges that had to give way. */
function openCircle(edges: readonly DependencyEdge[]): DependencyEdge[] {
  const needsOf = groupBy(edges, ({ item }) => item);
  const dependents = groupBy(edges, ({ needs }) => needs);
  const waiting = new Set([...needsOf.keys()].sort((left, right) => left - right));
  const unmet = new Map([...needsOf].map(([item, needs]) => [item, weight(needs)]));
  const free: number[] = [];
  const opened: DependencyEdge[] = [];
  while (waiting.size > 0) {
    const next = free.pop() ?? leastUnmet(waiting, unmet);
    opened.push(...(needsOf.get(next) ?? []).filter(({ needs }) => waiting.has(needs)));
    waiting.delete(next);
    for (const { item, agents } of dependents.get(next) ?? []) {
      const left = (unmet.get(item) ?? 0) - agents.length;
      unmet.set(item, left);
      if (left === 0 && waiting.has(item)) free.push(item);
    }
  }
  return opened;
}

function leastUnmet(waiting: ReadonlySet<number>, unmet: ReadonlyMap<number, number>): number {
  const weightOf = (item: number) => unmet.get(item) ?? 0;
  return [...waiting].reduce((best, item) => (weightOf(item) < weightOf(best) ? item : best));
}

function weight(edges: readonly DependencyEdge[]): number {
  return edges.reduce((sum, { agents }) => sum + agents.length, 0);
}

function topologicalOrder(count: number, edges: readonly DependencyEdge[]): number[] {
  const dependents = groupBy(edges, ({ needs }) => needs);
  const unmet = Array.from({ length: count }, () => 0);
  for (const { item } of edges) unmet[item] = (unmet[item] ?? 0) + 1;

  // Descending, so that the next item is taken from the end.
  const free = [...unmet.keys()].filter((item) => unmet[item] === 0).reverse();
  const order: number[] = [];
  for (let item = free.pop(); item !== undefined; item = free.pop()) {
    order.push(item);
    for (const { item: dependent } of dependents.get(item) ?? []) {
      const left = (unmet[dependent] ?? 0) - 1;
      unmet[dependent] = left;
      if (left === 0) insertDescending(free, dependent);
    }
  }
  return order;
}

function insertDescending(sorted: number[], value: number): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}

function successorsOf(count: number, edges: readonly DependencyEdge[]): number[][] {
  const successors = Array.from({ length: count }, (): number[] => []);
  for (const { item, needs } of edges) successors[item]?.push(needs);
  return successors;
}
