import type { AgentPlan, Disagreement } from "../types.ts";
import type { InputItem } from "./canonicalOrder.ts";
import type { DependencyEdge, DroppedEdge } from "./dependencyOrder.ts";
import type { Said } from "./mergeText.ts";
import { opposingChanges } from "./opposingChanges.ts";
import type { PlacedGroup } from "./placedGroup.ts";
import { rejectedItems } from "./rejections.ts";

/** What the merge knows when it looks for differences. */
export interface MergeOutcome {
  readonly answers: readonly AgentPlan[];
  readonly groups: readonly (readonly InputItem[])[];
  /** Group numbers in the order of the plan's items P1, P2, … */
  readonly order: readonly number[];
  /** Of the plan's items, in the same order. */
  readonly titles: readonly string[];
  readonly dropped: readonly DroppedEdge[];
  /** What was left out of the approach, and of each item's description. */
  readonly leftOut: { readonly approach: readonly Said[]; readonly descriptions: readonly (readonly Said[])[] };
}

/** A longer circle is not read to its end, and PLAN.md takes no more. */
const MAX_POSITIONS = 200;

/**
 * Every difference the merge had to settle: dependencies left out, efforts two sizes apart, changes that oppose each
 * other, items another agent argues against, and what there was no room for. Each kind in the order of the plan's items.
 */
export function findDisagreements(outcome: MergeOutcome): Disagreement[] {
  const placed = outcome.order.map((number, place): PlacedGroup => {
    const group = outcome.groups[number] ?? [];
    return { id: `P${place + 1}`, title: outcome.titles[place] ?? "", group };
  });
  const byNumber = new Map(outcome.order.map((number, place) => [number, placed[place]]));
  return [
    ...dependencyDisagreements(outcome.dropped, byNumber),
    ...placed.flatMap(effortDisagreement),
    ...opposingChanges(placed),
    ...rejectedItems(placed, outcome.answers),
    ...leftOutOf("the approach", outcome.leftOut.approach),
    ...placed.flatMap(({ id, title }, place) =>
      leftOutOf(`the description of ${id} (${title})`, outcome.leftOut.descriptions[place] ?? []),
    ),
  ];
}

function dependencyDisagreements(
  dropped: readonly DroppedEdge[],
  byNumber: ReadonlyMap<number, PlacedGroup | undefined>,
): Disagreement[] {
  const idOf = (number: number) => byNumber.get(number)?.id ?? "";
  return dropped.flatMap(({ edge, circle }) => {
    const item = byNumber.get(edge.item);
    const needed = byNumber.get(edge.needs);
    if (item === undefined || needed === undefined) return [];
    const positions = circle.flatMap(({ item, needs, agents }) =>
      agents.map((agent) => ({ agent, says: `${idOf(item)} needs ${idOf(needs)}` })),
    );
    return [
      {
        about: `Order of ${item.id} (${item.title}) and ${needed.id} (${needed.title})`,
        positions: positions.slice(0, MAX_POSITIONS),
        settled: `${item.id} does not wait for ${needed.id}: ${reasonFor(circle)}.`,
      },
    ];
  });
}

function reasonFor(circle: readonly DependencyEdge[]): string {
  const [agent, ...others] = new Set(circle.flatMap(({ agents }) => agents));
  const [dropped, opposed] = circle;
  if (circle.length === 2 && dropped !== undefined && opposed !== undefined) {
    return others.length === 0 ? `${agent} says both, and the plan keeps one` : votes(opposed.agents, dropped.agents);
  }
  if (circle.length > 2 && others.length === 0) return `the dependencies ${agent} names form a circle`;
  return "the dependencies formed a circle";
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

function leftOutOf(where: string, leftOut: readonly Said[]): Disagreement[] {
  if (leftOut.length === 0) return [];
  const positions = leftOut.map(({ agent, text }) => ({ agent, says: text }));
  return [
    {
      about: `What is not in ${where}`,
      positions,
      settled: "There was no room for all the agents say; move what has to hold into the plan.",
    },
  ];
}
