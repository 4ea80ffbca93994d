import { describe, expect, test } from "bun:test";
import { optionsSchema } from "../../../../src/config.ts";
import { formatModelRef, type ModelCatalog, type ModelPrice } from "../../../../src/core/modelCatalog.ts";
import { type DryRunInput, describeDryRun } from "../../../../src/implementation/forecast/dryRun.ts";
import { columnsOf } from "../../../../src/monitoring/terminalText.ts";
import type { Task } from "../../../../src/types.ts";
import { makeFacts } from "../../backlog/facts.ts";
import { makeBacklog, makeTask } from "../../backlog/fixtures.ts";

/** `m/paid` and `m/cached` have a price, `m/free` costs nothing, of others it is not known. */
const PRICES: Readonly<Record<string, ModelPrice>> = {
  "m/paid": { input: 3, output: 15 },
  "m/cached": { input: 3, output: 15, cachedInput: 0.3 },
  "m/free": { input: 0, output: 0 },
};

const MODELS: ModelCatalog = {
  sessionModel: { providerID: "m", modelID: "session" },
  has: () => true,
  facts: (model) => ({ canCallTools: true, contextTokens: undefined, price: PRICES[formatModelRef(model)] }),
  free: () => [],
  explainNoFree: () => "no free model is connected",
  explainMissing: () => "",
};

function report(tasks: readonly Task[], fields: Partial<DryRunInput> = {}): string {
  return describeDryRun({
    backlog: makeBacklog(tasks),
    tasks,
    facts: makeFacts({}),
    models: MODELS,
    options: optionsSchema.parse({}),
    workers: 3,
    setup: [],
    verify: [],
    warnings: [],
    unprovenTasks: new Set(),
    ...fields,
  });
}

const lineOf = (text: string, start: string) => text.split("\n").find((line) => line.startsWith(start)) ?? "";
/** Both ends of the range that a line begins with after `start`, in tokens. */
function tokensIn(line: string): readonly number[] {
  const [, range = ""] = /([\d.kM]+(?:–[\d.kM]+)?) tokens/u.exec(line) ?? [];
  return range
    .split("–")
    .map((end) => Number.parseFloat(end) * (end.endsWith("M") ? 1e6 : end.endsWith("k") ? 1e3 : 1));
}
const total = (text: string) => tokensIn(lineOf(text, "Total:"));

const CHAIN = [
  makeTask({ id: "A1", title: "Prepare" }),
  makeTask({ id: "A2", title: "Rewrite the parser", depends_on: ["A1"], files: ["src/**"] }),
  makeTask({ id: "A3", title: "Explain", depends_on: ["A1"], files: ["README.md"] }),
  makeTask({ id: "A4", title: "Finish", depends_on: ["A2", "A3"] }),
];

describe("the report", () => {
  test("names waves, width, classes, the critical path by effort, and the totals last", () => {
    const text = report(CHAIN);
    expect(text).toStartWith("a-track: 4 tasks to do in 3 waves, the widest of 2 tasks; 3 workers.\n");
    expect(text).toMatch(/^ {3}1 {2}A1 .* simple /m);
    expect(text).toMatch(/^ {3}2 {2}A2 .* complex .*src\/\*\*/m);
    expect(text).toMatch(/^ {3}2 {2}A3 .* documentation /m);
    expect(lineOf(text, "Critical path")).toStartWith("Critical path: A1 > A2 > A4 (3 tasks, ");
    expect(text.split("\n").slice(-3)[0]).toStartWith("Total: ");
  });

  test("is the same for the same input", () => expect(report(CHAIN)).toBe(report(structuredClone(CHAIN))));

  test("a table's columns stand below one another, whatever the titles are", () => {
    const tasks = [
      "short",
      "漢字 and 🦊",
      "so long a title that nobody would read it to its very end",
      "a\u001b[31m\u202eb",
    ];
    const text = report(tasks.map((title, index) => makeTask({ id: `T${index}`, title })));
    const lines = text.split("\n").filter((line) => line.includes("simple") || line.startsWith("Wave  Task"));
    const starts = lines.map((line) => columnsOf(line.slice(0, line.search(/simple|Class/u))));
    expect(lines).toHaveLength(5);
    expect(new Set(starts).size).toBe(1);
    expect(["\u001b", "\u202e"].filter((character) => text.includes(character))).toEqual([]);
    expect(text).toContain("…");
  });

  test("a diagram of the waves that no title can break", () => {
    const text = report([
      makeTask({ id: "end", title: 'x"] --> y; subgraph %% `a` <b>' }),
      makeTask({ id: "T2", depends_on: ["end"] }),
    ]);
    const diagram = text.slice(text.indexOf("```mermaid"), text.lastIndexOf("```"));
    expect(diagram).toContain('    item1["end x#34;#93; --#62; y#59; subgraph #37;#37; #96;a#96; #60;b#62;"]');
    expect(diagram).toContain("  item1 --> T2\n");
    expect(diagram).toContain("  class item1,T2 critical");
  });

  test("what the compressor leaves out, warnings, unproven tasks, commands", () => {
    const text = report([makeTask({ id: "T1", context: "much\n".repeat(900) }), makeTask({ id: "T2" })], {
      warnings: ["tasks/BACKLOG.yaml:3:1 warning: something"],
      unprovenTasks: new Set(["T2"]),
      setup: ["npm ci\u001b[2J\n"],
      verify: ["npm test"],
      notes: ["T9 was split"],
    });
    expect(text).toMatch(/^ {2}T1: .*context shortened by \d+ bytes/m);
    for (const line of [
      "  tasks/BACKLOG.yaml:3:1 warning: something",
      "  T2",
      "  npm ci",
      "  npm test",
      "  T9 was split",
    ]) {
      expect(text.split("\n")).toContain(line);
    }
  });

  test("dependencies that are complete already do not count", () => {
    expect(report(CHAIN.slice(1))).toContain("3 tasks to do in 2 waves");
    expect(report([])).toContain("nothing is left to do");
  });
});

describe("models", () => {
  const routed = (model: string, more: Partial<Task> = {}) => makeTask({ id: "T1", model, ...more });

  test("each with why it was chosen and what its tasks would cost", () => {
    const text = report([...CHAIN, makeTask({ id: "B1", model: "m/free" })], {
      options: optionsSchema.parse({ models: { complex: ["m/paid"] } }),
    });
    expect(lineOf(text, "  m/session")).toMatch(/\(the session's model\): A1, A3, A4, .*, unknown price$/);
    expect(lineOf(text, "  m/paid")).toMatch(/\(models\.complex\): A2, .*, \$\d+\.\d\d–\$\d+\.\d\d$/);
    expect(lineOf(text, "  m/free")).toMatch(/\(the task names it\): B1, .*, \$0 as listed$/);
    expect(lineOf(text, "Total:")).toMatch(/\$\d+\.\d\d–\$\d+\.\d\d and 3 tasks of unknown price\.$/);
  });

  test("input sent again is cheaper where the list of prices says so", () => {
    const costs = ["m/paid", "m/cached"].map((model) =>
      [...lineOf(report([routed(model)]), "Total:").matchAll(/\$(\d+\.\d\d)/gu)].map(([, amount]) => Number(amount)),
    );
    const [[, paid = 0] = [], [, cached = 0] = []] = costs;
    expect(cached).toBeLessThan(paid / 2);
  });

  test("a task nobody can work on is said, and the rest is shown", () => {
    const text = report([routed("nonsense"), makeTask({ id: "T2" })]);
    expect(text).toContain("no model: Task T1: 'nonsense' is not a model; expected provider/model: T1");
  });
});

describe("the estimate", () => {
  test("grows with the class, the files there are, what is read and AGENTS.md", () => {
    const task = makeTask({ id: "T1", files: ["src/a.ts"] });
    const [low = 0, high = 0] = total(report([task]));
    expect(low).toBeGreaterThan(15_000);
    expect(high).toBeGreaterThan(2 * low);
    const larger: readonly (readonly [readonly Task[], Partial<DryRunInput>])[] = [
      [[{ ...task, complexity: "complex" }], {}],
      [[task], { facts: makeFacts({ "src/a.ts": 30_000 }) }],
      [[{ ...task, reads: ["src/b.ts"] }], { facts: makeFacts({ "src/b.ts": 90_000 }) }],
      [[task], { facts: makeFacts({ "AGENTS.md": 8_000 }) }],
      [[task, makeTask({ id: "T2" })], {}],
    ];
    for (const [tasks, fields] of larger) expect(total(report(tasks, fields))[1]).toBeGreaterThan(high);
    expect(total(report([{ ...task, complexity: "documentation" }]))[1]).toBeLessThan(high);
  });
  test("AGENTS.md counts as far as workers are told it", () => {
    const [at = "", above = ""] = [8_192, 500_000].map((bytes) =>
      report(CHAIN, { facts: makeFacts({ "AGENTS.md": bytes }) }),
    );
    expect(above).toBe(at);
  });
});

test("of thousands of tasks the first are shown and all are counted", () => {
  const tasks = Array.from({ length: 3_000 }, (_, index) =>
    makeTask({ id: `T${index}`, depends_on: index === 0 ? [] : [`T${index - 1}`] }),
  );
  const text = report(tasks);
  expect(text.split("\n").length).toBeLessThan(300);
  expect(text).toContain("and 2,800 more tasks, counted in the totals");
  expect(text).toContain("3,000 tasks to do in 3,000 waves");
  expect(text).toContain("3000 tasks and 2999 dependencies are too many for a diagram.");
  const [one = 0] = total(report(tasks.slice(0, 1)));
  expect(total(text)[0]).toBeGreaterThan(2_500 * one);
});
