import type { AgentPlan, ItemSource, MergedItem, Plan, PlanItem } from "../types.ts";
import { canonicalAnswers, canonicalItems, compareNaturally, compareText, type InputItem } from "./canonicalOrder.ts";
import { type DependencyEdge, orderByDependency } from "./dependencyOrder.ts";
import { findDisagreements } from "./disagreements.ts";
import { matchItems } from "./itemMatching.ts";
import { mergeLists, mergeProse, mostCentral, type Said } from "./mergeText.ts";
import { unsaidTitles } from "./unsaidTitles.ts";

/** A description may grow this far by what other agents add to it: it has to fit a task. The rest is under Disagreements. */
const MAX_DESCRIPTION_BYTES = 1_200;
const MAX_APPROACH_BYTES = 4_000;
const MAX_LIST_ENTRIES = 200;

/** Input items that mean the same, in canonical order. */
export type ItemGroup = readonly InputItem[];

/**
 * Merges the agents' answers into one plan without a model. A pure function: the same answers give the same plan in
 * whatever order answers and items come, as long as each agent's name is unique.
 *
 * Items are matched by title, files and terms (itemSimilarity.ts); each input item is in the provenance of exactly one
 * merged item, and two items of one agent are never joined, so merging one answer returns its items. Lists and
 * dependencies are united; title, effort and goal are what most agents say; dependencies that contradict each other
 * are settled by votes and listed as disagreements, so that there is never a cycle.
 */
export function structuredMerge(answers: readonly AgentPlan[], missing: Plan["missing"]): Plan {
  const ordered = canonicalAnswers(answers);
  const said = (field: "title" | "goal" | "approach"): Said[] =>
    ordered.map(({ agent, answer }) => ({ agent, text: answer[field] }));

  const groups = matchItems(canonicalItems(ordered)).sort(compareGroups);
  const { order, kept, dropped } = orderByDependency(groups.length, dependencyEdges(groups));
  const idOf = new Map(order.map((group, place) => [group, `P${place + 1}`]));
  const needs = order.map(() => new Set<number>());
  for (const edge of kept) needs[edge.item]?.add(edge.needs);

  const approach = mergeProse(said("approach"), MAX_APPROACH_BYTES);
  const merged = order.flatMap((number) => {
    const group = groups[number];
    if (group === undefined) return [];
    const dependsOn = [...(needs[number] ?? [])].map((needed) => idOf.get(needed) ?? "").sort(compareNaturally);
    return [mergeItem(group, idOf.get(number) ?? "", dependsOn, ordered.length)];
  });

  return {
    version: 1,
    title: mostCentral(said("title")).text,
    goal: mostCentral(said("goal")).text,
    approach: approach.text,
    agents: ordered.map(({ agent }) => agent),
    missing: [...missing].sort((left, right) => compareNaturally(left.agent, right.agent)),
    items: merged.map(({ item }) => item),
    risks: mergeLists(
      ordered.map(({ answer }) => answer.risks),
      MAX_LIST_ENTRIES,
    ),
    acceptance: mergeLists(
      ordered.map(({ answer }) => answer.acceptance),
      MAX_LIST_ENTRIES,
    ),
    disagreements: findDisagreements({
      answers: ordered,
      groups,
      order,
      titles: merged.map(({ item }) => item.title),
      dropped,
      leftOut: { approach: approach.leftOut, descriptions: merged.map(({ leftOut }) => leftOut) },
    }),
  };
}

/** Where the agents put it on average; then the more agreed; then by content. */
function compareGroups(left: ItemGroup, right: ItemGroup): number {
  return (
    meanPosition(left) - meanPosition(right) ||
    right.length - left.length ||
    compareText(left[0]?.item.title ?? "", right[0]?.item.title ?? "") ||
    (left[0]?.index ?? 0) - (right[0]?.index ?? 0)
  );
}

function meanPosition(group: ItemGroup): number {
  return group.reduce((sum, { position }) => sum + position, 0) / group.length;
}

/** Between groups, with the agents that name each; in the order of the groups. */
function dependencyEdges(groups: readonly ItemGroup[]): DependencyEdge[] {
  const groupOf = new Map<string, number>();
  for (const [number, group] of groups.entries()) {
    for (const { agent, item } of group) {
      const name = JSON.stringify([agent, item.id]);
      if (!groupOf.has(name)) groupOf.set(name, number);
    }
  }
  return groups.flatMap((group, number) => {
    const agentsByNeed = new Map<number, Set<string>>();
    for (const { agent, item } of group) {
      for (const id of item.depends_on) {
        const needed = groupOf.get(JSON.stringify([agent, id]));
        if (needed === undefined || needed === number) continue;
        agentsByNeed.set(needed, (agentsByNeed.get(needed) ?? new Set()).add(agent));
      }
    }
    const needed = [...agentsByNeed].sort(([left], [right]) => left - right);
    return needed.map(([needs, agents]) => ({ item: number, needs, agents: [...agents] }));
  });
}

function mergeItem(
  group: ItemGroup,
  id: string,
  dependsOn: readonly string[],
  answered: number,
): { readonly item: MergedItem; readonly leftOut: readonly Said[] } {
  const said = (field: "title" | "description"): Said[] =>
    group.map(({ agent, item }) => ({ agent, text: item[field] }));
  const effort = mergedEffort(group.map(({ item }) => item.effort));
  const title = mostCentral(said("title")).text;
  const description = mergeProse(said("description"), MAX_DESCRIPTION_BYTES, unsaidTitles(group, title));
  const item = {
    id,
    title,
    description: description.text,
    files: [...new Set(group.flatMap(({ item }) => item.files))].slice(0, MAX_LIST_ENTRIES),
    depends_on: dependsOn,
    acceptance: mergeLists(
      group.map(({ item }) => item.acceptance),
      MAX_LIST_ENTRIES,
    ),
    ...(effort === undefined ? {} : { effort }),
    provenance: group.map(sourceOf),
    agreement: { named: new Set(group.map(({ agent }) => agent)).size, answered },
  };
  return { item, leftOut: description.leftOut };
}

function sourceOf({ agent, item }: InputItem): ItemSource {
  return { agent, item: item.id, ...(item.effort === undefined ? {} : { effort: item.effort }) };
}

/** What most agents say; the larger among equals, since too little time is the costlier mistake. */
function mergedEffort(efforts: readonly PlanItem["effort"][]): PlanItem["effort"] {
  const votes = (effort: PlanItem["effort"]) => efforts.filter((other) => other === effort).length;
  const largestFirst = (["large", "medium", "small"] as const).filter((effort) => votes(effort) > 0);
  return largestFirst.reduce<PlanItem["effort"]>(
    (best, effort) => (best === undefined || votes(effort) > votes(best) ? effort : best),
    undefined,
  );
}
