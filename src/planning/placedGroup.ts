import type { InputItem } from "./canonicalOrder.ts";

/** Input items that mean the same, under the id and title of their item in the plan. */
export interface PlacedGroup {
  readonly id: string;
  readonly title: string;
  readonly group: readonly InputItem[];
}

export function agentsOf({ group }: PlacedGroup): Set<string> {
  return new Set(group.map(({ agent }) => agent));
}

/** What each agent calls the item, for the positions of a disagreement. */
export function titlesOf({ id, group }: PlacedGroup): { readonly agent: string; readonly says: string }[] {
  return group.map(({ agent, item }) => ({ agent, says: `${id}: ${item.title}` }));
}
