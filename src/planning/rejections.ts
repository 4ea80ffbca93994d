import type { AgentPlan, Disagreement } from "../types.ts";
import { groupBy } from "./groupBy.ts";
import { agentsOf, type PlacedGroup } from "./placedGroup.ts";
import { rejectedIn, sentencesOf } from "./rejectedClauses.ts";
import { termsOf, words } from "./terms.ts";

/** What an agent argues against, and the sentence in which it does. */
interface Rejection {
  readonly agent: string;
  readonly sentence: string;
  readonly terms: ReadonlySet<string>;
  /** What the clause begins with, where that is a matter and no verb that is done to one. */
  readonly head: string | undefined;
}

/** Words of arguing, not of what is argued about. */
const ARGUING = new Set(
  "need want require necessary scope worth yet now version stage point thing".split(" ").flatMap(termsOf),
);

/** Items of which another agent, which does not have them, says that they should not be done. */
export function rejectedItems(placed: readonly PlacedGroup[], answers: readonly AgentPlan[]): Disagreement[] {
  const rejections = answers.flatMap(rejectionsIn);
  if (rejections.length === 0) return [];
  const byTerm = groupBy(
    rejections.flatMap((rejection) => [...rejection.terms].map((term) => ({ term, rejection }))),
    ({ term }) => term,
  );
  return placed.flatMap((place) => {
    const titles = place.group.map(({ item }) => new Set(termsOf(item.title)));
    const agents = agentsOf(place);
    const near = new Set(
      titles.flatMap((terms) => [...terms].flatMap((term) => byTerm.get(term) ?? [])).map(({ rejection }) => rejection),
    );
    const against = [...near].filter(
      (rejection) => !agents.has(rejection.agent) && titles.some((title) => isAbout(rejection, title)),
    );
    return against.length === 0 ? [] : [disagreementOver(place, agents, against)];
  });
}

function disagreementOver(
  { id, title, group }: PlacedGroup,
  agents: ReadonlySet<string>,
  against: readonly Rejection[],
): Disagreement {
  const opponents = new Set(against.map(({ agent }) => agent));
  const positions = [
    ...group.map(({ agent, item }) => ({ agent, says: item.title })),
    ...[...opponents].map((agent) => ({ agent, says: against.find((one) => one.agent === agent)?.sentence ?? "" })),
  ];
  const settled = `${id} is kept: ${agents.size} for it, ${opponents.size} against, and leaving it out is easier than missing it; review it.`;
  return { about: `Whether ${id} (${title}) is wanted`, positions, settled };
}

/**
 * The rejected matter is in the title and makes up half of it or begins it ("no caching": "Cache the files on disk"), or
 * the whole title is in what is rejected.
 */
function isAbout({ terms, head }: Rejection, title: ReadonlySet<string>): boolean {
  const shared = [...title].filter((term) => terms.has(term)).length;
  if (shared === title.size && title.size > 1) return true;
  const [first] = title;
  return shared === terms.size && (2 * shared >= title.size || (head !== undefined && head === first));
}

/** "never dropped" forbids an act; "no caching" rejects a matter. */
function headOf(clause: string): string | undefined {
  const [first = ""] = words(clause);
  return first.endsWith("ed") ? undefined : termsOf(first)[0];
}

function rejectionsIn({ agent, answer }: AgentPlan): Rejection[] {
  const texts = [
    answer.approach,
    ...answer.risks,
    ...answer.acceptance,
    ...answer.items.flatMap(({ title, description, acceptance }) => [title, description, ...acceptance]),
  ];
  const sentences = texts.flatMap(sentencesOf);
  return [...new Set(sentences)].flatMap((sentence) =>
    rejectedIn(sentence)
      .map((text) => ({
        agent,
        sentence,
        terms: new Set(termsOf(text).filter((term) => !ARGUING.has(term))),
        head: headOf(text),
      }))
      .filter(({ terms }) => terms.size > 0),
  );
}
