import fc from "fast-check";
import { repositoryPathProblem } from "../../../src/planning/repositoryPath.ts";
import type { MergedItem, Plan } from "../../../src/types.ts";

export function planItem(id: string, changes: Partial<MergedItem> = {}): MergedItem {
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

export const PLAN: Plan = {
  version: 1,
  title: "Rate limiting",
  goal: "Nobody overloads us.",
  approach: "A token bucket.\n\nIn memory.",
  agents: ["architecture", "risk"],
  missing: [{ agent: "delivery", reason: "rate limited" }],
  items: [planItem("P1"), planItem("P2", { depends_on: ["P1"], effort: "small", files: ["a|b.md", "src/[id].ts"] })],
  risks: ["Memory grows"],
  acceptance: ["429 after the limit"],
  disagreements: [{ about: "Effort of P2", positions: [{ agent: "risk", says: "small" }], settled: "small" }],
};

const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }).map((text) => Buffer.from(text, "utf8").toString("utf8")),
  fc
    .array(
      fc.constantFrom(
        "```",
        "````",
        "\n```\n",
        "\n```yaml\n",
        "`",
        "`<b>`",
        "\\",
        "yaml",
        "\n",
        "---",
        "- ",
        "> ",
        "|",
        "===",
        "<!--",
        "<img src=x>",
        "![x](http://x)",
        "[x]: http://x",
        "~~~",
        "# ",
        "  ",
        "\t",
        "\r",
        "\r\n",
        "- a: b",
        "'",
        '"',
        "*x",
        "&y",
        "no",
        "1e3",
        "null",
        "\u{2028}",
        "\u{feff}",
        "\u{202e}",
        "x",
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
);
const anyTitle = anyText.filter((text) => text !== "");
const anyPath = anyTitle.filter((text) => repositoryPathProblem(text) === undefined);
const anyEffort = fc.constantFrom("small", "medium", "large");

export const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    title: anyTitle,
    goal: anyText,
    approach: anyText,
    risks: fc.array(anyTitle, { maxLength: 2 }),
    description: anyText,
    itemTitle: anyTitle,
    files: fc.array(anyPath, { maxLength: 2 }),
    says: anyText,
    effort: anyEffort,
  })
  .map(({ description, itemTitle, files, says, effort, ...rest }) => ({
    ...PLAN,
    ...rest,
    items: [
      planItem("P1", { title: itemTitle, description, files, provenance: [{ agent: "risk", item: "1", effort }] }),
      planItem("P2", { depends_on: ["P1"], description }),
    ],
    disagreements: [{ about: says, positions: [{ agent: "risk", says }], settled: says }],
  }));
