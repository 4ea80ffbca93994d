import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { structuredMerge } from "../../../src/planning/structuredMerge.ts";
import type { AgentPlan, Plan, PlanItem } from "../../../src/types.ts";
import { answersOf, HELD_OUT, TUNING } from "./paraphrases.ts";

function item(id: string, changes: Partial<PlanItem> = {}): PlanItem {
  return {
    id,
    title: `Title ${id}`,
    description: `About ${id}`,
    files: [],
    depends_on: [],
    acceptance: [],
    ...changes,
  };
}

function plan(agent: string, items: readonly PlanItem[], changes: Partial<AgentPlan["answer"]> = {}): AgentPlan {
  return { agent, answer: { title: "A", goal: "B", approach: "C", items, risks: [], acceptance: [], ...changes } };
}

const WORDS = ["cache", "parser", "session", "test", "store", "write", "delete", "schema", "übung", "索引", "2"];
const phrase = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));
const path = fc.constantFrom("src/a.ts", "src/b.ts", "tests/a.test.ts", "README.md");

/** Items with few words and files, so that they often match, and any dependencies, circles included. */
const someItems = fc
  .array(
    fc.record({
      title: phrase,
      description: fc.oneof(phrase, fc.string()),
      files: fc.uniqueArray(path, { maxLength: 2 }),
      needs: fc.array(fc.nat(9), { maxLength: 3 }),
      acceptance: fc.uniqueArray(phrase, { maxLength: 2 }),
      effort: fc.constantFrom("small" as const, "large" as const),
    }),
    { maxLength: 10 },
  )
  .map((rows) =>
    rows.map(({ needs, ...row }, index) => {
      const others = needs.filter((need) => need < rows.length && need !== index).map((need) => `s${need}`);
      return { ...row, id: `s${index}`, depends_on: [...new Set(others)] };
    }),
  );
const someAnswers = fc
  .array(fc.record({ items: someItems, approach: fc.string(), risks: fc.uniqueArray(phrase, { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((rows) => rows.map(({ items, ...rest }, index) => plan(`agent-${index}`, items, rest)));

function isTopological(merged: Plan): boolean {
  const done = new Set<string>();
  return merged.items.every(({ id, depends_on }) => depends_on.every((needed) => done.has(needed)) && done.add(id));
}

/** Shuffles by sorting on random keys, so that fast-check can shrink and repeat it. */
function shuffled<Value>(values: readonly Value[], keys: readonly number[]): Value[] {
  return values
    .map((value, index) => ({ value, key: keys[index % keys.length] ?? 0, index }))
    .sort((left, right) => left.key - right.key || right.index - left.index)
    .map(({ value }) => value);
}

describe("any answers", () => {
  const keys = fc.array(fc.nat(100), { minLength: 3, maxLength: 12 });

  test("give the same bytes whatever the order of agents and items", () => {
    fc.assert(
      fc.property(someAnswers, keys, (answers, order) => {
        const reordered = shuffled(answers, order).map(({ agent, answer }) => ({
          agent,
          answer: { ...answer, items: shuffled(answer.items, order) },
        }));
        expect(JSON.stringify(structuredMerge(reordered, []))).toBe(JSON.stringify(structuredMerge(answers, [])));
      }),
    );
  });

  test("lose no item and join no two of one agent", () => {
    fc.assert(
      fc.property(someAnswers, (answers) => {
        const merged = structuredMerge(answers, []);
        const sources = merged.items.flatMap(({ provenance }) =>
          provenance.map((from) => `${from.agent} ${from.item}`),
        );
        const given = answers.flatMap(({ agent, answer }) => answer.items.map(({ id }) => `${agent} ${id}`));
        expect(sources.sort()).toEqual(given.sort());
        for (const { provenance, agreement } of merged.items) {
          expect(new Set(provenance.map(({ agent }) => agent)).size).toBe(provenance.length);
          expect(agreement).toEqual({ named: provenance.length, answered: answers.length });
        }
      }),
    );
  });

  test("give an order in which each item follows what it depends on", () => {
    fc.assert(fc.property(someAnswers, (answers) => expect(isTopological(structuredMerge(answers, []))).toBe(true)));
  });

  test("that were merged and are merged again, alone or with themselves, stay the same", () => {
    fc.assert(
      fc.property(someAnswers, (answers) => {
        const bare = ({ items, ...rest }: Plan): PlanItem[] =>
          rest.version === 1 ? items.map(({ provenance: _, agreement: __, ...fields }) => fields) : [];
        const merged = bare(structuredMerge(answers, []));
        expect(bare(structuredMerge([plan("one", merged)], []))).toEqual(merged);
        expect(bare(structuredMerge([plan("one", merged), plan("two", merged)], []))).toEqual(merged);
      }),
    );
  });
});

test("one answer comes back with its items, only renamed", () => {
  const items = [
    item("2", { title: "Same words", files: ["b", "a"], depends_on: ["10"], acceptance: ["x", "X."], effort: "small" }),
    item("10", { title: "Same words" }),
    item("1", { description: "First.\n\nSecond." }),
  ];
  const merged = structuredMerge([plan("architecture", items, { risks: ["r", "R!"], approach: "One. Two." })], []);
  expect(
    merged.items.map(({ id, title, description, files, depends_on, acceptance }) => ({
      id,
      title,
      description,
      files,
      depends_on,
      acceptance,
    })),
  ).toEqual([
    { id: "P1", title: "Title 1", description: "First.\n\nSecond.", files: [], depends_on: [], acceptance: [] },
    { id: "P2", title: "Same words", description: "About 10", files: [], depends_on: [], acceptance: [] },
    {
      id: "P3",
      title: "Same words",
      description: "About 2",
      files: ["b", "a"],
      depends_on: ["P2"],
      acceptance: ["x", "X."],
    },
  ]);
  expect(merged.risks).toEqual(["r", "R!"]);
  expect(merged.approach).toBe("One. Two.");
  expect(merged.disagreements).toEqual([]);
});

test("an empty answer takes part without adding anything", () => {
  const merged = structuredMerge([plan("architecture", [item("1")]), plan("risk", [])], []);
  expect(merged.items.map(({ agreement }) => agreement)).toEqual([{ named: 1, answered: 2 }]);
  expect(merged.agents).toEqual(["architecture", "risk"]);
});

test("fields are united or follow the majority", () => {
  const title = "Write the CSV parser";
  const merged = structuredMerge(
    [
      plan("a", [item("1", { title, files: ["src/csv.ts"], acceptance: ["GET /x returns 200"], effort: "small" })]),
      plan("b", [
        item("1", {
          title,
          files: ["src/csv.ts", "tests/csv.test.ts"],
          acceptance: ["GET /x returns 404"],
          effort: "medium",
        }),
      ]),
      plan("c", [item("1", { title, files: ["src/csv.ts"], acceptance: ["GET /x returns 200."], effort: "medium" })]),
    ],
    [],
  );
  expect(merged.items).toHaveLength(1);
  expect(merged.items[0]).toMatchObject({
    files: ["src/csv.ts", "tests/csv.test.ts"],
    acceptance: ["GET /x returns 200", "GET /x returns 404"],
    effort: "medium",
    agreement: { named: 3, answered: 3 },
  });
});

describe("disagreements", () => {
  const pair = (first: Partial<PlanItem>, second: Partial<PlanItem>) => [
    item("1", { title: "Write the tokenizer", files: ["src/tokens.ts"], ...first }),
    item("2", { title: "Build the grammar", files: ["src/grammar.ts"], ...second }),
  ];

  test("opposite dependencies go to the majority and are listed", () => {
    const merged = structuredMerge(
      [
        plan("a", pair({ depends_on: ["2"] }, {})),
        plan("b", pair({ depends_on: ["2"] }, {})),
        plan("c", pair({}, { depends_on: ["1"] })),
      ],
      [],
    );
    expect(merged.items.map(({ title, depends_on }) => [title, depends_on])).toEqual([
      ["Build the grammar", []],
      ["Write the tokenizer", ["P1"]],
    ]);
    expect(merged.disagreements).toEqual([
      {
        about: "Order of P1 (Build the grammar) and P2 (Write the tokenizer)",
        positions: [
          { agent: "c", says: "P1 needs P2" },
          { agent: "a", says: "P2 needs P1" },
          { agent: "b", says: "P2 needs P1" },
        ],
        settled: "P1 does not wait for P2: 2 against 1 agents say the opposite.",
      },
    ]);
  });

  test("a circle inside one answer is opened at one place and listed", () => {
    const circle = ["1", "2", "3"].map((id, index) => item(id, { depends_on: [String(((index + 1) % 3) + 1)] }));
    const merged = structuredMerge([plan("a", [...circle, item("4", { depends_on: ["1"] })])], []);
    expect(merged.items.map(({ title, depends_on }) => [title, depends_on])).toEqual([
      ["Title 1", []],
      ["Title 3", ["P1"]],
      ["Title 2", ["P2"]],
      ["Title 4", ["P1"]],
    ]);
    expect(merged.disagreements.map(({ settled }) => settled)).toEqual([
      "P1 does not wait for P3: the dependencies formed a circle.",
    ]);
  });

  test("small against large effort is listed, and the larger taken", () => {
    const merged = structuredMerge(
      [plan("a", pair({ effort: "small" }, {})), plan("b", pair({ effort: "large" }, {}))],
      [],
    );
    expect(merged.items[0]?.effort).toBe("large");
    expect(merged.disagreements[0]).toMatchObject({
      about: "Effort of P1 (Write the tokenizer)",
      positions: [
        { agent: "a", says: "small" },
        { agent: "b", says: "large" },
      ],
    });
  });

  test("one agent deleting the file another changes is listed", () => {
    const merged = structuredMerge(
      [
        plan("a", [item("1", { title: "Remove the old tokenizer", files: ["src/tokens.ts"] })]),
        plan("b", [item("1", { title: "Cache tokens by line", files: ["src/tokens.ts"] })]),
      ],
      [],
    );
    expect(merged.items).toHaveLength(2);
    expect(merged.disagreements.map(({ about }) => about)).toEqual(["What happens to src/tokens.ts"]);
  });

  test("an item another agent argues against is kept and listed", () => {
    const merged = structuredMerge(
      [
        plan("a", [item("1", { title: "Add a Redis cache", files: ["src/cache.ts"] })]),
        plan("b", [item("1", { title: "Measure latency", files: ["bench/run.ts"] })], {
          approach: "Measure first. Do not add a Redis cache before the numbers ask for it.",
        }),
      ],
      [],
    );
    expect(merged.disagreements.map(({ about, settled }) => [about, settled])).toEqual([
      ["Whether P1 (Add a Redis cache) is wanted", "P1 is kept; review it."],
    ]);
  });
});

describe("paraphrased answers", () => {
  const pairsIn = (ids: readonly string[]) =>
    ids.flatMap((left, index) => ids.slice(index + 1).map((right) => [left, right].sort().join(" ")));

  function recallAndPrecision(sets: typeof TUNING): { recall: number; precision: number } {
    let shared = 0;
    let wanted = 0;
    let found = 0;
    for (const rows of sets) {
      const answers = answersOf(rows);
      const merged = structuredMerge(answers, []);
      const foundPairs = merged.items.flatMap(({ provenance }) => pairsIn(provenance.map((from) => from.item)));
      const ids = answers.flatMap(({ answer }) => answer.items.map(({ id }) => id));
      const wantedPairs = new Set(rows.flatMap(([meaning]) => pairsIn(ids.filter((id) => id.slice(2) === meaning))));
      shared += foundPairs.filter((pair) => wantedPairs.has(pair)).length;
      wanted += wantedPairs.size;
      found += foundPairs.length;
    }
    return { recall: shared / wanted, precision: shared / found };
  }

  test.each([
    ["the half the thresholds were chosen on", TUNING],
    ["the half set aside", HELD_OUT],
  ])("are matched with recall ≥ 0.9 and precision ≥ 0.95: %s", (_, sets) => {
    const { recall, precision } = recallAndPrecision(sets);
    expect(recall).toBeGreaterThanOrEqual(0.9);
    expect(precision).toBeGreaterThanOrEqual(0.95);
  });
});

test("a chain of 3,000 items and 3,000 items of one title are merged without all-pairs work", () => {
  const chain = (agent: string) =>
    plan(
      agent,
      Array.from({ length: 1_000 }, (_, index) =>
        item(String(index), {
          title: "Same title",
          description: `part ${index}`,
          depends_on: index > 0 ? [String(index - 1)] : [],
        }),
      ),
    );
  const merged = structuredMerge([chain("a"), chain("b"), chain("c")], []);
  expect(merged.items).toHaveLength(1_000);
  expect(isTopological(merged)).toBe(true);
}, 5_000);
