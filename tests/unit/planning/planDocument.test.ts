import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parsePlan, renderPlan } from "../../../src/planning/planDocument.ts";
import type { MergedItem, Plan } from "../../../src/types.ts";

function item(id: string, changes: Partial<MergedItem> = {}): MergedItem {
  return {
    id,
    title: `Title of ${id}`,
    description: "What to do.",
    files: ["src/a.ts"],
    depends_on: [],
    acceptance: ["Tests pass"],
    provenance: [{ agent: "risk", item: "1" }],
    agreement: { named: 1, answered: 2 },
    ...changes,
  };
}

const PLAN: Plan = {
  version: 1,
  title: "Rate limiting",
  goal: "Nobody overloads us.",
  approach: "A token bucket.\n\nIn memory.",
  agents: ["architecture", "risk"],
  missing: [{ agent: "delivery", reason: "rate limited" }],
  items: [item("P1"), item("P2", { depends_on: ["P1"], effort: "small", files: ["a|b.md", "src/[id].ts"] })],
  risks: ["Memory grows"],
  acceptance: ["429 after the limit"],
  disagreements: [{ about: "Effort of P2", positions: [{ agent: "risk", says: "small" }], settled: "small" }],
};

function read(text: string): Plan {
  const result = parsePlan(text, "tasks/PLAN.md");
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

function problem(text: string): string {
  const result = parsePlan(text, "tasks/PLAN.md");
  if (result.ok) throw new Error("was accepted");
  const { message, line, column } = result.failure;
  expect(message.startsWith(`tasks/PLAN.md:${line}:${column}: `)).toBe(true);
  return message;
}

test("is for people first, with the exact plan last", () => {
  const text = renderPlan(PLAN);
  expect(text).toStartWith(
    "# Rate limiting\n\nMerged from 2 of 3 planning agents, 2 items. Missing: delivery.\n\n## Goal\n",
  );
  expect(text).toContain("| P2 | Title of P2 | a\\|b.md<br>`src/[id].ts` | P1 | small | 1 of 2 |");
  expect(text).toContain('```mermaid\nflowchart LR\n  P1["P1 Title of P1"]\n  P2["P2 Title of P2"]\n  P1 --> P2\n```');
  expect(text).toContain("- delivery: no plan; rate limited");
  expect(text).toContain("- Effort of P2\n  - risk: small\n  - Settled: small");
  expect(text.slice(text.indexOf("```yaml"))).toMatch(/^```yaml\nversion: 1\ntitle: Rate limiting\n[\s\S]*\n```\n$/u);
});

const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }).map((text) => Buffer.from(text, "utf8").toString("utf8")),
  fc
    .array(
      fc.constantFrom(
        "```",
        "````",
        "yaml",
        "\n",
        "---",
        "|",
        "<!--",
        "~~~",
        "# ",
        "  ",
        "\t",
        "\r\n",
        "- a: b",
        "'",
        '"',
        "*x",
        "&y",
        "no",
        "1e3",
        "null",
        "\u2028",
        "\ufeff",
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
);
const anyTitle = anyText.filter((text) => text !== "");
const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    title: anyTitle,
    goal: anyText,
    approach: anyText,
    risks: fc.array(anyTitle, { maxLength: 2 }),
    description: anyText,
    itemTitle: anyTitle,
    files: fc.array(anyTitle, { maxLength: 2 }),
    says: anyText,
  })
  .map(({ description, itemTitle, files, says, ...rest }) => ({
    ...PLAN,
    ...rest,
    items: [item("P1", { title: itemTitle, description, files }), item("P2", { depends_on: ["P1"], description })],
    disagreements: [{ about: says, positions: [{ agent: "risk", says }], settled: says }],
  }));

test.each(["  \n", "\n \n", "   \n\t\n", "  x\n y", "x \ny", "x\n\n", "```yaml\nversion: 2\n```", "a\r\nb"])(
  "%j survives writing and reading",
  (text) => {
    const plan = { ...PLAN, goal: text, items: [item("P1", { description: text })] };
    expect(read(renderPlan(plan))).toEqual(plan);
  },
);

test("any text survives writing, reading and writing again", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const text = renderPlan(plan);
      expect(read(text)).toEqual(plan);
      expect(renderPlan(read(text))).toBe(text);
      expect(read(text.replaceAll("\n", "\r\n"))).toEqual(plan);
    }),
    { numRuns: 50 },
  );
}, 20_000);

test("text of agents cannot start a fence, a heading, HTML or an image in the prose", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const text = renderPlan(plan);
      const prose = text.slice(0, text.lastIndexOf("## The exact plan"));
      const lines = prose.split(/\r\n?|\n/u);
      expect(lines.filter((line) => /^\s*(`{3,}|~{3,})/u.test(line))).toEqual(["```mermaid", "```"]);
      expect(lines.filter((line) => /^ {0,3}## /u.test(line))).toHaveLength(9);
      expect(prose.replaceAll("<br>", "")).not.toContain("<");
      expect(prose).not.toContain("![");
      for (const row of lines.filter((line) => line.startsWith("| P"))) {
        expect(row.replaceAll("\\|", "").split("|")).toHaveLength(8);
      }
    }),
    { numRuns: 60 },
  );
});

test("what a person does to the prose, or adds after the block, does not matter", () => {
  const text = renderPlan(PLAN);
  const edited = `\ufeff# Mine\n\n\`\`\`\nnot closed\n\n\`\`\`yaml\nversion: 9\n\`\`\`\n${text.slice(text.indexOf("## Items"))}\nA note.\n`;
  expect(read(edited)).toEqual(PLAN);
});

describe("a broken block is reported with its place", () => {
  const text = renderPlan(PLAN);
  const lineOf = (start: string) => text.split("\n").findIndex((line) => line.startsWith(start)) + 1;

  test.each([
    ["an unknown key", "goal: Nobody", "priority: 1\ngoal: Nobody", "goal: ", 1, 'the plan: unknown key "priority"'],
    ["a wrong type", "title: Rate limiting", "title: [1]", "title: ", 8, "title: must be string"],
    ["another version", "version: 1", "version: 2", "version: ", 10, "version: must be equal to constant: 1"],
    [
      "a missing key",
      "goal: Nobody overloads us.\n",
      "",
      "version: ",
      1,
      "the plan: must have required property 'goal'",
    ],
    ["a repeated key", "goal: Nobody", "title: x\ngoal: Nobody", "goal: ", 1, 'the key "title" is there twice'],
    [
      "an alias",
      "goal: Nobody overloads us.",
      "goal: *x",
      "goal: ",
      7,
      "aliases (*name) are not allowed; write the value out",
    ],
    [
      "an anchor",
      "goal: Nobody",
      "goal: &x Nobody",
      "goal: ",
      10,
      "anchors (&name) are not allowed; write the value out",
    ],
    ["an unknown item", "      - P1", "      - P7", "      - P1", 9, "P2 depends on P7, which is no item of the plan"],
    ["an item twice", "  - id: P2", "  - id: P1", "  - id: P2", 9, "the item P1 is there twice"],
    ["a circle", "      - P1", "      - P2", "      - P1", 7, "P2 depends on itself, directly or through others"],
  ])("%s", (_, original, broken, at, column, message) => {
    expect(text).toContain(original);
    expect(problem(text.replace(original, broken))).toBe(`tasks/PLAN.md:${lineOf(at)}:${column}: ${message}`);
  });

  test("not YAML, not closed, not there, too large, too deep", () => {
    expect(problem(text.replace("goal: Nobody", 'goal: "Nobody'))).toMatch(/:\d+:\d+: not valid YAML: /u);
    expect(problem(text.replace(/```\n$/u, ""))).toEndWith("the yaml block is not closed by a line ```");
    expect(problem("# Plan\n")).toBe(
      "tasks/PLAN.md:2:1: there is no ```yaml block with the exact plan at the end; run plan again",
    );
    expect(problem("x".repeat(9 * 2 ** 20))).toBe("tasks/PLAN.md:1:1: the plan is 9 MB; at most 8 MB are read");
    expect(problem(`\`\`\`yaml\n${"[".repeat(50_000)}\n\`\`\`\n`)).toContain("not valid YAML: ");
  });

  test("mutations never throw", () => {
    const mutation = fc.record({
      at: fc.nat(text.length),
      cut: fc.nat(30),
      put: fc.oneof(anyText, fc.constantFrom("\t", "&a [*a,*a]", "<<: *a", "!!js/function", "? ", "{", "}")),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const mutated = mutations.reduce(
          (result, { at, cut, put }) => result.slice(0, at) + put + result.slice(at + cut),
          text,
        );
        const result = parsePlan(mutated, "tasks/PLAN.md");
        if (!result.ok) expect(result.failure.line).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });
});
