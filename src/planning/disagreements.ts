import type { AgentPlan, Disagreement } from "../types.ts";
import type { InputItem } from "./canonicalOrder.ts";
import type { DroppedEdge } from "./dependencyOrder.ts";
import { groupBy } from "./groupBy.ts";
import { termsOf } from "./terms.ts";

/** What the merge knows when it looks for differences. */
export interface MergeOutcome {
  readonly answers: readonly AgentPlan[];
  readonly groups: readonly (readonly InputItem[])[];
  /** Group numbers in the order of the plan's items P1, P2, … */
  readonly order: readonly number[];
  readonly dropped: readonly DroppedEdge[];
}

interface PlacedGroup {
  readonly id: string;
  readonly title: string;
  readonly group: readonly InputItem[];
}

/**
 * Every difference the merge had to settle: dependencies left out, efforts two sizes apart, one agent deleting what
 * another changes, and steps of one agent that another argues against. In the order of the plan's items.
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
    ...fileDisagreements(placed),
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

/** An item that removes something and an item of another agent that does not, with a file in common. */
function fileDisagreements(placed: readonly PlacedGroup[]): Disagreement[] {
  const uses = placed.flatMap((place) =>
    [...new Set(place.group.flatMap(({ item }) => item.files))].map((file) => ({ file, place })),
  );
  const byFile = groupBy(
    uses.filter(({ file }) => !file.includes("*")),
    ({ file }) => file,
  );
  return [...byFile].flatMap(([file, users]) => {
    const removing = users.filter(({ place }) => removes(place));
    const changing = users.filter(
      ({ place }) => !removes(place) && removing.some((other) => isForeign(place, other.place)),
    );
    if (removing.length === 0 || changing.length === 0) return [];
    const positions = [...removing, ...changing].flatMap(({ place }) =>
      place.group.map(({ agent, item }) => ({ agent, says: `${place.id}: ${item.title}` })),
    );
    return [{ about: `What happens to ${file}`, positions, settled: "All of these items are kept; review them." }];
  });
}

function removes({ group }: PlacedGroup): boolean {
  return group.some(({ item }) => /^\W*(?:remove|delete|drop)\b/iu.test(item.title));
}

function isForeign(one: PlacedGroup, other: PlacedGroup): boolean {
  const agents = new Set(one.group.map(({ agent }) => agent));
  return other.group.some(({ agent }) => !agents.has(agent));
}

const REJECTING =
  /\b(?:do not|don't|should not|must not|avoid|no need|unnecessary|out of scope|instead of|rather than|not needed)\b/iu;

/** An item only one agent has, in a sentence of another that argues against it: all key terms of its title. */
function rejectedItems(placed: readonly PlacedGroup[], answers: readonly AgentPlan[]): Disagreement[] {
  const objections = answers.flatMap(({ agent, answer }) =>
    [answer.approach, ...answer.risks]
      .flatMap((text) => text.split(/\n+|(?<=[.!?;])\s+/u))
      .filter((sentence) => REJECTING.test(sentence))
      .map((sentence) => ({ agent, sentence, terms: new Set(termsOf(sentence)) })),
  );
  if (objections.length === 0) return [];

  return placed.flatMap(({ id, title, group }) => {
    const [only, ...others] = group;
    if (only === undefined || others.length > 0) return [];
    const terms = [...new Set(termsOf(only.item.title))];
    const against = objections.filter(
      (objection) =>
        objection.agent !== only.agent && terms.length > 1 && terms.every((term) => objection.terms.has(term)),
    );
    if (against.length === 0) return [];
    const positions = [
      { agent: only.agent, says: only.item.title },
      ...against.map(({ agent, sentence }) => ({ agent, says: sentence.trim() })),
    ];
    return [{ about: `Whether ${id} (${title}) is wanted`, positions, settled: `${id} is kept; review it.` }];
  });
}
