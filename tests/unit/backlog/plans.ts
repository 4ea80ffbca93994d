import type { MergedItem, Plan } from "../../../src/types.ts";

export function makeItem(id: string, fields: Partial<MergedItem> = {}): MergedItem {
  return {
    id,
    title: `Item ${id}`,
    description: `Build ${id}.`,
    files: [`src/${id}.ts`],
    depends_on: [],
    acceptance: [],
    provenance: [],
    agreement: { named: 1, answered: 1 },
    ...fields,
  };
}

export function makePlan(items: readonly MergedItem[], fields: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    title: "Rate limits",
    goal: "Limit",
    approach: "Simply",
    agents: ["architecture"],
    missing: [],
    items,
    risks: [],
    acceptance: ["Requests are limited"],
    disagreements: [],
    ...fields,
  };
}
