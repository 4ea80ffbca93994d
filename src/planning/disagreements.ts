import type { AgentPlan, Disagreement } from "../types.ts";
import type { InputItem } from "./canonicalOrder.ts";
import type { DroppedEdge } from "./dependencyOrder.ts";
import { opposingChanges } from "./opposingChanges.ts";
import type { PlacedGroup } from "./placedGroup.ts";
import { rejectedItems } from "./rejections.ts";

/** What the merge knows when it looks for differences. */
export interface MergeOutcome {
  readonly answers: readonly AgentPlan[];
  readonly groups: readonly (readonly InputItem[])[];
  /** Group numbers in the order of the plan's items P1, P2, … */
  readonly order: readonly number[];
  readonly dropped: readonly DroppedEdge[];
}

/**
 * Every difference the merge had to settle: dependencies left out, efforts two sizes apart, changes that oppose each
 * other, and items another agent argues against. Each kind in the order of the plan's items.
 */
export function findDisagreements(outcome: MergeOutcome): Disagreement[] {
  const placed = outcome.order.map((number, place): PlacedGroup => {
    const group = outcome.groups[number] ?? [];
    return { id: `P${place + 1}`, title: group[0]?.item.title ?? "", group };
  });
  const byNumber = new Map(outcome.order.map((number, place) => [number, placed[place]]));
  return [
    ...dependencyDisagreements(outcome.dropped, byNumber),
    ...placed.flatMap(effortDisagreement),
    ...opposingChanges(placed),
    ...rejectedItems(placed, outcome.answers),
  ];
}

function dependencyDisagreements(
  dropped: readonly DroppedEdge[],
  byNumber: ReadonlyMap<number, PlacedGroup | undefined>,
): Disagreement[] {
  return dropped.flatMap(({ edge, opposed }) => {
    const item = byNumber.get(edge.item);
    const needed = byNumber.get(edge.needs);
    if (item === undefined || needed === undefined) return [];
    const positions = edge.agents.map((agent) => ({ agent, says: `${item.id} needs ${needed.id}` }));
    const against = (opposed?.agents ?? []).map((agent) => ({ agent, says: `${needed.id} needs ${item.id}` }));
    const reason = opposed === undefined ? "the dependencies formed a circle" : votes(opposed.agents, edge.agents);
    return [
      {
        about: `Order of ${item.id} (${item.title}) and ${needed.id} (${needed.title})`,
        positions: [...positions, ...against],
        settled: `${item.id} does not wait for ${needed.id}: ${reason}.`,
      },
    ];
  });
}

function votes(winners: readonly string[], losers: readonly string[]): string {
  return winners.length === losers.length
    ? "as many agents say the opposite, and the agents list it earlier"
    : `${winners.length} against ${losers.length} agents say the opposite`;
}

function effortDisagreement({ id, title, group }: PlacedGroup): Disagreement[] {
  const efforts = new Set(group.map(({ item }) => item.effort));
  if (!efforts.has("small") || !efforts.has("large")) return [];
  const positions = group.flatMap(({ agent, item }) =>
    item.effort === undefined ? [] : [{ agent, says: item.effort as string }],
  );
  return [
    { about: `Effort of ${id} (${title})`, positions, settled: "What most agents say; among equals the larger." },
  ];
}
