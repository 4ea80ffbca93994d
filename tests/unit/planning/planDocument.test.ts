import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parsePlan, renderPlan } from "../../../src/planning/planDocument.ts";
import { formatPlanProblems } from "../../../src/planning/planProblems.ts";
import type { Plan } from "../../../src/types.ts";
import { anyPlan, PLAN, planItem } from "./planSamples.ts";

function read(text: string): Plan {
  const result = parsePlan(text);
  if (!result.ok) throw new Error(formatPlanProblems("PLAN.md", result.failure));
  expect(result.value.text).toBe(text);
  return result.value.plan;
}

function problem(text: string): string {
  const result = parsePlan(text);
  if (result.ok) throw new Error("was accepted");
  return formatPlanProblems("tasks/PLAN.md", result.failure);
}

test("the exact plan comes last", () => {
  const text = renderPlan(PLAN);
  expect(text.slice(text.indexOf("```yaml"))).toMatch(/^```yaml\nversion: 1\ntitle: Rate limiting\n[\s\S]*\n```\n$/u);
});

test.each([
  "  \n",
  "\n \n",
  "   \n\t\n",
  "  x\n y",
  "x \ny",
  "x\n\n",
  "```yaml\nversion: 2\n```",
  "a\r\nb",
  "\0",
  "<<",
])("%j survives writing and reading", (text) => {
  const plan = { ...PLAN, goal: text, items: [planItem("P1", { description: text })] };
  expect(read(renderPlan(plan))).toEqual(plan);
});

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

describe("the block is found", () => {
  const text = renderPlan(PLAN);
  const block = text.slice(text.indexOf("```yaml"));
  const sample = "```yaml\nversion: 9\nname: an example\n```\n";

  test.each([
    ["with a byte order mark and other prose", `\u{feff}# Mine\n\n${block}`],
    ["at the very start", block],
    ["after a byte order mark alone", `\u{feff}${block}`],
    ["below a fence that is not closed", `# Mine\n\n\`\`\`\nnot closed\n\n${block}`],
    ["between examples of YAML", `${sample}\n${block}\n${sample}`],
    ["above a longer fence that shows one", `${block}\n\`\`\`\`md\n${sample}\`\`\`\`\n`],
    ["with a note below it and no line end", `${block}\nA note.`],
    ["in another notation of the fence", block.replace("```yaml", "``` YML").replace(/```\n$/u, "```  \n")],
    ["between tildes", block.replace("```yaml", "~~~yaml").replace(/```\n$/u, "~~~\n")],
    ["with lone carriage returns", block.replaceAll("\n", "\r")],
  ])("%s", (_, edited) => {
    expect(read(edited)).toEqual(PLAN);
  });

  test("written by a person: other order, indentation, quotes, comments, flow style", () => {
    const yaml = `
# our plan
"items":
    - {title: 'Title of P1', id: P1, description: What to do., files: [src/a.ts], depends_on: [], # the first
       acceptance: [Tests pass], provenance: [{item: "1", agent: risk, effort: large}], agreement: {answered: 2, named: 1}}
goal: >-
    Nobody overloads
    us.
approach: ""
title: "Rate\\u0020limiting"
risks: []
acceptance: []
disagreements: []
missing: []
agents:
- risk
'version': 1   # the only one
`;
    const [first] = PLAN.items;
    expect(read(`\`\`\`yaml\n${yaml}\n\`\`\`\n`)).toEqual({
      ...PLAN,
      approach: "",
      agents: ["risk"],
      missing: [],
      items: [{ ...planItem("P1"), ...first, provenance: [{ agent: "risk", item: "1", effort: "large" }] }],
      risks: [],
      acceptance: [],
      disagreements: [],
    });
  });

  test.each([
    ["in a quote", "# Plan\n\n> ```yaml\n> version: 1\n> ```\n", "3:3"],
    ["in a list", "- x\n\n  ```yaml\n  version: 1\n  ```\n", "3:3"],
  ])("but not %s", (_, edited, place) => {
    expect(problem(edited)).toBe(
      `tasks/PLAN.md:${place}: the yaml block has to begin in the first column; here it is indented, or in a quote or a list`,
    );
  });
});

describe("a broken block is reported with its place", () => {
  const text = renderPlan(PLAN);
  const lineOf = (start: string) => text.split("\n").findIndex((line) => line.startsWith(start)) + 1;
  const lineOfBlock = lineOf("version: ");

  test.each([
    [
      "an unknown key",
      "goal: Nobody",
      "priority: 1\ngoal: Nobody",
      "goal: ",
      1,
      'unknown key "priority"; known keys: version, title, goal, approach, agents, missing, items, risks, acceptance, disagreements',
    ],
    ["a wrong type", "title: Rate limiting", "title: [1]", "title: ", 8, "field title: must be text, not a list"],
    [
      "a number for a text",
      "title: Rate limiting",
      "title: 5",
      "title: ",
      8,
      "field title: must be text, not 5 (put it in quotes)",
    ],
    ["another version", "version: 1", "version: 2", "version: ", 10, "field version: must be 1, not 2"],
    ["a missing key", "goal: Nobody overloads us.\n", "", "version: ", 1, 'the key "goal" is missing'],
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
      7,
      "anchors (&name) are not allowed; write the value out",
    ],
    ["a tag", "goal: Nobody", "goal: !!str Nobody", "goal: ", 7, "tags (!name) are not allowed"],
    ["a second document", "goal: Nobody", "---\ngoal: Nobody", "goal: ", 1, "a second document (---) is not allowed"],
    [
      "half a character",
      "goal: Nobody overloads us.",
      'goal: "\\ud800"',
      "goal: ",
      7,
      "the text holds half a surrogate pair (\\ud800 to \\udfff)",
    ],
    [
      "an effort nobody knows",
      "effort: small",
      "effort: tiny",
      "    effort: ",
      13,
      'item P2 field effort: must be one of small, medium, large, not "tiny"',
    ],
    ["an unknown item", "      - P1", "      - P7", "      - P1", 9, "P2 depends on P7, which is no item of the plan"],
    ["an item twice", "  - id: P2", "  - id: P1", "  - id: P2", 9, "the item P1 is there twice"],
    [
      "no items",
      /items:\n[\s\S]*?\nrisks:/u,
      "items: []\nrisks:",
      "items:",
      8,
      "field items: is empty; at least one entry is needed",
    ],
    ["a circle", "      - P1", "      - P2", "      - P1", 9, "the items depend on each other in a circle: P2 -> P2"],
  ])("%s", (_, original, broken, at, column, message) => {
    expect(text.search(original)).toBeGreaterThan(0);
    const edited =
      text.slice(0, text.indexOf("```yaml")) + text.slice(text.indexOf("```yaml")).replace(original, broken);
    expect(problem(edited)).toBe(`tasks/PLAN.md:${lineOf(at)}:${column}: ${message}`);
    expect(problem(`\u{feff}${edited}`.replaceAll("\n", "\r\n"))).toBe(problem(edited));
  });

  test.each([
    ["../x.js", "is outside the repository; write paths from its root"],
    ["src/../../x.js", "is outside the repository; write paths from its root"],
    ["/etc/x", "is outside the repository; write paths from its root"],
    ["C:\\x", "is outside the repository; write paths from its root"],
    ["..\\x", "is outside the repository; write paths from its root"],
    ["~", "is outside the repository; write paths from its root"],
    ["./", "names no file; write ** for the whole repository"],
    [".git/hooks/pre-commit", "belongs to git; no item may write there"],
    ["lib/.GIT/config", "belongs to git; no item may write there"],
    ["src/../x.js", "holds ..; write the path from the repository's root"],
  ])("the path %s", (path, message) => {
    const block = text.indexOf("```yaml");
    const edited = text.slice(0, block) + text.slice(block).replace("- src/[id].ts", `- ${JSON.stringify(path)}`);
    const place = `${lineOf("      - src/[id].ts")}:9`;
    expect(problem(edited)).toBe(`tasks/PLAN.md:${place}: item P2 field files: ${JSON.stringify(path)} ${message}`);
  });

  test("a circle of several items is printed, once, whatever leads into it", () => {
    const needs = { P1: ["P2"], P2: ["P3"], P3: ["P4", "P2"], P4: ["P2"], P5: ["P5"] };
    const items = Object.entries(needs).map(([id, depends_on]) => planItem(id, { depends_on }));
    const lines = problem(renderPlan({ ...PLAN, items })).split("\n");
    expect(lines.slice(0, -1).map((line) => line.replace(/^.*:\d+: /u, ""))).toEqual([
      "the items depend on each other in a circle: P2 -> P3 -> P2",
      "the items depend on each other in a circle: P5 -> P5",
    ]);
  });

  test("one error for one mistake, and each mistake has its own", () => {
    const block = text.indexOf("```yaml");
    const broken = (...edits: readonly (readonly [string, string])[]) =>
      problem(
        text.slice(0, block) +
          edits.reduce((yaml, [original, edited]) => yaml.replace(original, edited), text.slice(block)),
      ).split("\n");
    const tab = "not valid YAML: Tabs are not allowed as indentation";
    expect(broken(["  - id: P1", "\t- id: P1"])).toEqual([`tasks/PLAN.md:${lineOf("  - id: P1")}:1: ${tab}`]);
    expect(broken(["    title: Title of P1", "\ttitle: Title of P1"])).toEqual([
      `tasks/PLAN.md:${lineOf("    title: Title of P1")}:1: ${tab}`,
    ]);
    expect(
      broken(
        ["title: Title of P1", "title: a: b"],
        ["effort: small", "effort: 'small"],
        ["goal: Nobody", "goal: [Nobody"],
      ),
    ).toEqual([
      expect.stringMatching(new RegExp(`^tasks/PLAN\\.md:${lineOf("goal: ")}:\\d+: not valid YAML: `, "u")),
      expect.stringMatching(
        new RegExp(`^tasks/PLAN\\.md:${lineOf("    title: Title of P1")}:12: not valid YAML: `, "u"),
      ),
      expect.stringMatching(/: not valid YAML: Missing closing 'quote$/u),
      expect.stringContaining("3 errors."),
    ]);
  });

  test("two plans: neither is taken", () => {
    expect(problem(`${text}\n${text.slice(text.indexOf("```yaml"))}`)).toBe(
      `tasks/PLAN.md:${text.split("\n").length + 1}:1: a second yaml block with a plan (version and items); the first is on line ${lineOfBlock - 1}: keep one, or take the word yaml off the other's fence`,
    );
    const schema = "```yaml\ninfo:\n  version: 1\nlist:\n  items: {type: string}\n```\n";
    expect(read(`${text}\n${schema}`)).toEqual(PLAN);
  });

  test("not YAML, not closed, not there, too deep", () => {
    expect(problem(text.replace("goal: Nobody", 'goal: "Nobody'))).toMatch(/:\d+:\d+: not valid YAML: /u);
    expect(problem(text.replace(/```\n$/u, ""))).toBe(
      `tasks/PLAN.md:${lineOfBlock - 1}:1: the yaml block is not closed by a line \`\`\``,
    );
    expect(problem("# Plan\n")).toBe(
      "tasks/PLAN.md:2:1: there is no ```yaml block with the exact plan at the end; run plan again",
    );
    expect(problem(`\`\`\`yaml\n${"[".repeat(50_000)}\n\`\`\`\n`)).toBe("tasks/PLAN.md:2:51: it is nested too deeply");
    expect(problem(`\`\`\`yaml\n${"- ".repeat(50_000)}\n\`\`\`\n`)).toBe(
      "tasks/PLAN.md:2:101: it is nested too deeply",
    );
    const stairs = Array.from({ length: 300 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("");
    expect(problem(`\`\`\`yaml\n${stairs}\`\`\`\n`)).toBe("tasks/PLAN.md:203:1: it is nested too deeply");
    expect(problem(`# Plan\n\nx\0y\n${text}`)).toBe("tasks/PLAN.md:3:2: a NUL character: this is no text");
  });

  test("all of them together, in the order of the file, with a last line that says it all", () => {
    const edited = text
      .replace("risks:\n  - Memory grows", "risks: Memory")
      .replace("version: 1", "version: 2")
      .replace("effort: small", "effort: tiny");
    expect(problem(edited).split("\n")).toEqual([
      `tasks/PLAN.md:${lineOfBlock}:10: field version: must be 1, not 2`,
      expect.stringMatching(/^tasks\/PLAN\.md:\d+:13: item P2 field effort: must be one of/u),
      expect.stringMatching(/^tasks\/PLAN\.md:\d+:8: field risks: must be a list, not "Memory"$/u),
      `tasks/PLAN.md: 3 errors. The first is ${lineOfBlock}:10: field version: must be 1, not 2`,
    ]);
  });

  test("twenty at most, with the number of all", () => {
    const items = Array.from({ length: 5_000 }, (_, index) => `k${index}: 1\n`).join("");
    const lines = problem(`\`\`\`yaml\n${items}\`\`\`\n`).split("\n");
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toStartWith("tasks/PLAN.md: 5010 errors, of which the first 20 are shown. The first is 2:1: ");
  });

  test("without characters that steer a terminal", () => {
    const edited = text.replace("goal: Nobody", '"\\e[31m\\n": 1\ngoal: Nobody');
    expect(problem(edited)).toContain('unknown key "\u{fffd}[31m\u{fffd}"');
  });
});
