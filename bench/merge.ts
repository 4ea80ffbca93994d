// Merging plans: 1,000 and 10,000 items, as three long answers and as many short ones, against writing them as JSON.
import { structuredMerge } from "../src/planning/structuredMerge.ts";
import type { AgentPlan, PlanItem } from "../src/types.ts";
import { measureInTurns, median, printTable, timed } from "./measure.ts";

/** How many agents give `size` items together. */
const SHAPES = {
  "three long answers": () => 3,
  "answers of 200 items": (size: number) => size / 200,
};
const SIZES = [1_000, 10_000] as const;
const WORDS =
  "cache parser session token schema index queue worker retry signal upload thumbnail invoice refund coupon editor cursor sensor filter relay display encoder webhook digest archive replica shard ledger report tenant policy".split(
    " ",
  );

for (const [shape, agentsFor] of Object.entries(SHAPES)) {
  const ours: number[] = [];
  for (const size of SIZES) {
    const count = agentsFor(size);
    const answers = answersOf(count, Math.floor(size / count));
    const rows = await measureInTurns(5, {
      "ours: `structuredMerge`": () => timed(() => structuredMerge(answers, [])),
      "only writing the answers as JSON": () => timed(() => JSON.stringify(answers)),
    });
    ours.push(median(rows[0]?.samples ?? []));
    printTable({ title: `Merging ${size} items, ${shape} (${count} agents)`, unit: "ms", rows });
  }
  const [small = 1, large = 1] = ours;
  console.log(`\nTen times the items take ${(large / small).toFixed(1)} times as long; n log n would be 13.3.`);
}

/** Each agent words the same pieces of work in its own order of words. */
function answersOf(agents: number, items: number): AgentPlan[] {
  return Array.from({ length: agents }, (_, agent) => ({
    agent: `agent-${agent}`,
    answer: {
      title: "Bench",
      goal: "It works",
      approach: "Step by step.",
      risks: [],
      acceptance: [],
      items: Array.from({ length: items }, (_, index) => itemOf(index, agent)),
    },
  }));
}

function itemOf(index: number, agent: number): PlanItem {
  const word = (step: number) => WORDS[(index * 7 + step * 11 + Math.floor(index / WORDS.length)) % WORDS.length] ?? "";
  const named = [word(0), word(1), word(2)];
  const title = agent % 2 === 0 ? named : named.reverse();
  return {
    id: `s${index}`,
    title: `${agent % 3 === 0 ? "Build" : "Write"} the ${title.join(" ")} ${index}`,
    description: `Part ${index}: the ${word(3)} of the ${word(4)} must keep its ${word(5 + (agent % 3))}.`,
    files: agent % 2 === 0 ? [`src/${word(0)}/part${index}.ts`] : [],
    depends_on: index > 9 ? [`s${index - 10}`] : [],
    acceptance: [`The ${word(1)} of part ${index} is there`],
  };
}
