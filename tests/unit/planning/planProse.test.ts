import { expect, test } from "bun:test";
import fc from "fast-check";
import { renderPlan } from "../../../src/planning/planDocument.ts";
import type { Plan } from "../../../src/types.ts";
import { anyPlan, PLAN, planItem } from "./planSamples.ts";

function prose(plan: Plan): string {
  const text = renderPlan(plan);
  return text.slice(0, text.lastIndexOf("## The exact plan"));
}

test("says who answered, what there is to do, in which order, and what is in doubt", () => {
  const text = prose(PLAN);
  expect(text).toStartWith(
    "# Rate limiting\n\nMerged from 2 of 3 planning agents, 2 items. Missing: delivery. 1 disagreement, listed below.\n\n## Goal\n",
  );
  expect(text).toContain("| P2 | Title of P2 | a\\|b.md<br>`src/[id].ts` | P1 | small | 1 of 2 |");
  expect(text).toContain('```mermaid\nflowchart LR\n  P1["P1 Title of P1"]\n  P2["P2 Title of P2"]\n  P1 --> P2\n```');
  expect(text).toContain("- delivery: no plan; rate limited");
  expect(text).toContain("- Effort of P2\n  - risk: small\n  - Settled: small");
  expect([...(text.match(/^## .*/gmu) ?? [])]).toEqual(
    "Goal,Approach,Items,Dependencies,Risks,Acceptance of the whole,Disagreements,Planning agents,Each item"
      .split(",")
      .map((title) => `## ${title}`),
  );
});

test("says what each agent said about effort where they differ, and in all", () => {
  const text = prose({
    ...PLAN,
    agents: ["architecture", "delivery", "risk"],
    missing: [],
    items: [
      planItem("P1", {
        effort: "medium",
        provenance: [
          { agent: "architecture", item: "1", effort: "medium" },
          { agent: "delivery", item: "a", effort: "medium" },
          { agent: "risk", item: "T1", effort: "small" },
        ],
      }),
      planItem("P2", { effort: "large", provenance: [{ agent: "risk", item: "T2", effort: "large" }] }),
      planItem("P3", { provenance: [{ agent: "architecture", item: "2" }] }),
    ],
  });
  expect(text).toContain("| medium (small to medium) |");
  expect(text).toContain("Effort: medium (small: risk; medium: architecture, delivery).");
  expect(text.match(/^Effort: /gmu)).toHaveLength(1);
  expect(text).toContain(
    [
      "- architecture: 2 items of its answer are in the plan; effort: 1 medium",
      "- delivery: 1 item of its answer is in the plan; effort: 1 medium",
      "- risk: 2 items of its answer are in the plan; effort: 1 small, 1 large; differs from the plan in P1 (small, not medium)",
    ].join("\n"),
  );
});

test("an empty plan, and one without dependencies, say so", () => {
  const empty = { ...PLAN, items: [], risks: [], acceptance: [], disagreements: [], goal: "" };
  expect(prose(empty).match(/\n\nNone\.\n/gu)).toHaveLength(7);
  expect(prose({ ...PLAN, items: [planItem("P1")] })).toContain("## Dependencies\n\nNo item waits for another.\n");
});

test("a diagram that nobody could read is left out", () => {
  const items = Array.from({ length: 61 }, (_, index) =>
    planItem(`P${index + 1}`, index > 0 ? { depends_on: ["P1"] } : {}),
  );
  expect(prose({ ...PLAN, items })).toContain(
    "61 items and 60 dependencies are too many for a diagram; see the table.",
  );
  expect(prose({ ...PLAN, items: items.slice(0, 60) })).toContain("P1 --> P60");
});

test("ids that are words of mermaid, and titles in its syntax, are only text in the diagram", () => {
  const items = [
    planItem("end", { title: 'a"] --> b{x}; %%{init}%% `c` #35; & <b>' }),
    planItem("a--b", { depends_on: ["end"] }),
  ];
  const diagram = /```mermaid\n([\s\S]*?)\n```/u.exec(prose({ ...PLAN, items }))?.[1] ?? "";
  expect(diagram.split("\n").map((line) => line.trim())).toEqual([
    "flowchart LR",
    expect.stringMatching(/^item1\["end a[^"`<>&|{}[\]()\\%]*"\]$/u),
    'item2["a--b Title of a--b"]',
    "item1 --> item2",
  ]);
});

test("code is shown as it is, where it is beyond doubt what is code", () => {
  const text = prose({
    ...PLAN,
    goal: "Return `Map<string, number>` or <b>.",
    approach: "Not paired ` here\n`<b>` and `a` `b<c>`",
    risks: ["`a < b` and `![c](d)` | \\`<i>`"],
  });
  expect(text).toContain("Return `Map<string, number>` or &lt;b>.");
  expect(text).toContain("Not paired ` here\n`&lt;b>` and `a` `b&lt;c>`");
  expect(text).toContain("- `a &lt; b` and `!\\[c](d)` | \\`&lt;i>`");
});

test("fenced code stays code, without its language, and cannot end early or stay open", () => {
  const text = prose({
    ...PLAN,
    goal: "Do:\n```yaml\nversion: 1\nitems: <b>\n```\nThen - as said -\n- so:\n  ~~~\n  a ````` b\n    c\n  ~~~\n```mermaid\nopen",
  });
  expect(text).toContain(
    "Do:\n```\nversion: 1\nitems: <b>\n```\nThen - as said -\n- so:\n``````\na ````` b\n  c\n``````\n\\`\\`\\`mermaid\nopen",
  );
});

/** What a reader of Markdown makes of agents' text: nothing that could change the document around it. */
test("text of agents cannot start a fence, a heading, a table, HTML or an image", () => {
  const own = new Map([...tags(prose(PLAN))].filter(([tag]) => STRUCTURE.includes(tag)));
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const found = tags(prose(plan));
      expect([...found.keys()].filter((tag) => !ALLOWED.has(tag))).toEqual([]);
      const rows = plan.items.length + 1;
      expect([found.get("h1"), found.get("h2"), found.get("h3")]).toEqual([1, 9, 2]);
      expect([found.get("table"), found.get("tr"), found.get("td")]).toEqual([1, rows, 6 * plan.items.length]);
      expect(found.get("hr")).toBe(own.get("hr"));
    }),
    { numRuns: 150 },
  );
}, 20_000);

const STRUCTURE = ["h1", "h2", "h3", "table", "tr", "td", "hr"];
const ALLOWED = new Set([
  ...STRUCTURE,
  ...["p", "ul", "ol", "li", "em", "strong", "code", "pre", "blockquote", "a", "br", "thead", "tbody", "th", "del"],
]);

function tags(markdown: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, tag = ""] of Bun.markdown.html(markdown).matchAll(/<([a-zA-Z!?][^\s>/]*)/gu)) {
    found.set(tag, (found.get(tag) ?? 0) + 1);
  }
  return found;
}
