import type { ItemSource, MergedItem } from "../types.ts";
import { markdownLine } from "./markdownText.ts";

type Effort = NonNullable<ItemSource["effort"]>;

const EFFORTS: readonly Effort[] = ["small", "medium", "large"];
/** An agent that differs in more items than this differs altogether; the items say the rest. */
const MAX_DIFFERENCES = 10;

/** What the table shows: the plan's effort, and how far apart the agents are where they differ. */
export function effortCell(item: MergedItem): string {
  const seen = effortsSeen(item.provenance);
  const range = seen.length > 1 ? `${seen[0]} to ${seen.at(-1)}` : "";
  if (item.effort === undefined) return range;
  return range === "" ? item.effort : `${item.effort} (${range})`;
}

/** `Effort: medium (small: risk; medium: architecture, delivery).`; empty where the agents do not differ. */
export function describeItemEffort(item: MergedItem): string {
  const seen = effortsSeen(item.provenance);
  if (seen.length < 2) return "";
  const says = seen.map((effort) => {
    const agents = item.provenance.filter((source) => source.effort === effort).map(({ agent }) => markdownLine(agent));
    return `${effort}: ${[...new Set(agents)].join(", ")}`;
  });
  return `Effort: ${item.effort ?? "not settled"} (${says.join("; ")}).`;
}

/**
 * By agent: how many of its items are in the plan, and, in words to go on with, the efforts it saw in them and where it
 * differs from the plan.
 */
export function effortByAgent(
  items: readonly MergedItem[],
): ReadonlyMap<string, { readonly items: number; readonly says: string }> {
  const named = new Map<string, { item: MergedItem; source: ItemSource }[]>();
  for (const item of items) {
    for (const source of item.provenance) {
      const list = named.get(source.agent) ?? [];
      list.push({ item, source });
      named.set(source.agent, list);
    }
  }
  return new Map(
    [...named].map(([agent, list]) => [agent, { items: list.length, says: counts(list) + differences(list) }]),
  );
}

function counts(named: readonly { readonly source: ItemSource }[]): string {
  const parts = EFFORTS.flatMap((effort) => {
    const count = named.filter(({ source }) => source.effort === effort).length;
    return count === 0 ? [] : [`${count} ${effort}`];
  });
  return parts.length === 0 ? "" : `; effort: ${parts.join(", ")}`;
}

function differences(named: readonly { readonly item: MergedItem; readonly source: ItemSource }[]): string {
  const different = named.filter(({ item, source }) => source.effort !== undefined && source.effort !== item.effort);
  if (different.length === 0) return "";
  const shown = different.slice(0, MAX_DIFFERENCES).map(({ item, source }) => {
    return `${item.id} (${source.effort}${item.effort === undefined ? "" : `, not ${item.effort}`})`;
  });
  const more = different.length > shown.length ? ` and ${different.length - shown.length} more` : "";
  return `; differs from the plan in ${shown.join(", ")}${more}`;
}

/** Smallest first, each once. */
function effortsSeen(provenance: readonly ItemSource[]): Effort[] {
  return EFFORTS.filter((effort) => provenance.some((source) => source.effort === effort));
}
