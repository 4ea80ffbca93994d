import { structuredMerge } from "../../../src/planning/structuredMerge.ts";
import type { AgentPlan, PlanAnswer, PlanItem } from "../../../src/types.ts";

/** Answers of several agents to one feature. `same` gives each item's meaning by its id. */
export interface LabelledAnswers {
  readonly name: string;
  readonly answers: readonly (AgentPlan & { readonly same: Readonly<Record<string, string>> })[];
}

export interface Measured {
  readonly recall: number;
  readonly precision: number;
  /** Pairs that are the same item and were not joined; pairs that were joined and are not; as titles. */
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
}

/** Pairs of items of different agents that the merge joined, against those that mean the same, over all sets. */
export function measureMatching(sets: readonly LabelledAnswers[]): Measured {
  const all = sets.map(pairsOfSet);
  const joined = all.flatMap((pairs) => pairs.joined);
  const wanted = new Set(all.flatMap((pairs) => pairs.wanted));
  const shared = new Set(joined.filter((pair) => wanted.has(pair)));
  return {
    recall: shared.size / wanted.size,
    precision: shared.size / joined.length,
    missed: [...wanted].filter((pair) => !shared.has(pair)),
    wrong: joined.filter((pair) => !shared.has(pair)),
  };
}

function pairsOfSet({ name, answers }: LabelledAnswers): { joined: string[]; wanted: string[] } {
  const items = answers.flatMap(({ agent, answer, same }) =>
    answer.items.map(({ id, title }) => ({ agent, id, meaning: same[id] ?? `${agent} ${id}`, title })),
  );
  const merged = structuredMerge(answers, []).items;
  const group = new Map(
    merged.flatMap(({ provenance }, number) => provenance.map(({ agent, item }) => [`${agent} ${item}`, number])),
  );
  const pairs = items.flatMap((left, index) =>
    items
      .slice(index + 1)
      .filter((right) => right.agent !== left.agent)
      .map((right) => ({
        says: `${name}: ${left.agent} "${left.title}" and ${right.agent} "${right.title}"`,
        joined: group.get(`${left.agent} ${left.id}`) === group.get(`${right.agent} ${right.id}`),
        wanted: left.meaning === right.meaning,
      })),
  );
  return {
    joined: pairs.filter(({ joined }) => joined).map(({ says }) => says),
    wanted: pairs.filter(({ wanted }) => wanted).map(({ says }) => says),
  };
}

/** Reads the short form of developmentSets.ts. */
export function readLabelledAnswers(text: string): LabelledAnswers[] {
  const [, ...sets] = text.split(/^## /mu);
  return sets.map((set) => {
    const [head = "", ...agents] = set.split(/^@/mu);
    return { name: head.trim(), answers: agents.map(readAnswer) };
  });
}

function readAnswer(text: string): LabelledAnswers["answers"][number] {
  const [agent = "", ...lines] = text.trim().split("\n");
  const rows = lines.map((line) => line.split("|").map((cell) => cell.trim()));
  const items = rows.map(([name = "", title = "", description = "", files = "", needs = ""]): PlanItem => {
    const list = (cell: string) => cell.split(", ").filter((entry) => entry !== "");
    const [id = ""] = name.split(" ");
    return { id, title, description, files: list(files), depends_on: list(needs), acceptance: [] };
  });
  const answer: PlanAnswer = { title: "A feature", goal: "It works", approach: "", risks: [], acceptance: [], items };
  return { agent, answer, same: Object.fromEntries(rows.map(([name = ""]) => name.split(" "))) };
}
