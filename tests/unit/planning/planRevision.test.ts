import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type PlanDocument, parsePlan, renderBlock, renderPlan } from "../../../src/planning/planDocument.ts";
import { formatPlanProblems } from "../../../src/planning/planProblems.ts";
import { revisePlan } from "../../../src/planning/planRevision.ts";
import type { Plan } from "../../../src/types.ts";
import { anyPlan, PLAN, planItem } from "./planSamples.ts";

function read(text: string): PlanDocument {
  const result = parsePlan(text);
  if (!result.ok) throw new Error(formatPlanProblems("PLAN.md", result.failure));
  return result.value;
}

const NEXT: Plan = {
  ...PLAN,
  approach: "A sliding window.",
  items: [...PLAN.items, planItem("P3")],
  risks: ["Clocks"],
};

test("the same plan changes no byte, whatever a person did to prose, block and line ends", () => {
  const edited = `\u{feff}${renderPlan(PLAN)}`
    .replace("## Goal\n", "## Goal\r\n\r\nOurs:\r\n")
    .replace("version: 1\n", "# ours\nversion:   1\n")
    .concat("A note");
  expect(revisePlan(read(edited), read(renderPlan(PLAN)).plan)).toEqual({
    text: edited,
    keptAsEdited: [],
    replacedEdits: [],
  });
});

test("a document nobody edited becomes the other plan's, byte for byte", () => {
  fc.assert(
    fc.property(anyPlan, anyPlan, (plan, next) => {
      const crlf = (text: string) => text.replaceAll("\n", "\r\n");
      expect(revisePlan(read(renderPlan(plan)), next)).toEqual({
        text: renderPlan(next),
        keptAsEdited: [],
        replacedEdits: [],
      });
      const windows = revisePlan(read(crlf(renderPlan(plan))), next).text;
      expect(windows).toBe(crlf(renderPlan(next)));
    }),
    { numRuns: 30 },
  );
}, 20_000);

test("what a person wrote, changed, moved or removed stays; the rest and the block are made anew", () => {
  const text = renderPlan(PLAN);
  const edited = text
    .replace("A token bucket.", "A token bucket, as Ana said.")
    .replace("- Memory grows", "- Memory grows\n- Ours: the budget")
    .replace(/## Acceptance of the whole\n\n[^#]*/u, "")
    .replace("## Items\n", "## Our notes\n\n| Item | Who |\n|---|---|\n| P9 | Ben |\n\n## Items\n")
    .replace(/```\n$/u, "```\n\nBelow the block.");
  const { text: revised, keptAsEdited } = revisePlan(read(edited), NEXT);

  expect(keptAsEdited).toEqual(["Approach"]);
  expect(read(revised).plan).toEqual(NEXT);
  expect(revised).toContain("A token bucket, as Ana said.\n\nIn memory.");
  expect(revised).toContain("## Our notes\n\n| Item | Who |\n|---|---|\n| P9 | Ben |\n\n## Items\n");
  expect(revised).toContain("| P3 | Title of P3 |");
  expect(revised).toContain("## Risks\n\n- Clocks\n- Ours: the budget\n");
  expect(revised).not.toContain("## Acceptance of the whole");
  expect(revised).toEndWith("```\n\nBelow the block.");
});

test("a section that was only lengthened on its last line counts as edited", () => {
  const edited = renderPlan(PLAN).replace("- Memory grows", "- Memory grows without end");
  const { text, keptAsEdited } = revisePlan(read(edited), NEXT);
  expect(keptAsEdited).toEqual(["Risks"]);
  expect(text).toContain("## Risks\n\n- Memory grows without end\n");
});

test("a plan with longer code in it gets a longer fence", () => {
  const next = { ...PLAN, goal: "Show\n`````\nx\n`````" };
  expect(read(revisePlan(read(renderPlan(PLAN)), next).text).plan).toEqual(next);
});

/** The block of `text` with `original` replaced; the prose stays. */
function inBlock(text: string, original: string, edited: string): string {
  const at = text.indexOf("```yaml");
  expect(text.slice(at)).toContain(original);
  return text.slice(0, at) + text.slice(at).replace(original, edited);
}

describe("after a person has edited the block alone", () => {
  const made = read(renderPlan(PLAN));
  const edited = inBlock(made.text, "title: Title of P2", "title: Ours");

  test("what nobody touched is made anew, the edit is named, and the file is the new plan's", () => {
    const { text, keptAsEdited, replacedEdits } = revisePlan(read(edited), NEXT, made);
    expect(text).toBe(renderPlan(NEXT));
    expect({ keptAsEdited, replacedEdits }).toEqual({ keptAsEdited: [], replacedEdits: ["the block"] });
  });

  test("the same answers as last time undo the edit", () => {
    expect(revisePlan(read(edited), PLAN, made)).toMatchObject({ text: made.text, replacedEdits: ["the block"] });
  });

  test("an edit that the new plan makes too stays byte for byte, and the prose follows it", () => {
    const plan = { ...PLAN, goal: "Ours." };
    const ours = inBlock(made.text, "goal: Nobody overloads us.", "goal: 'Ours.' # Ana");
    const { text, replacedEdits } = revisePlan(read(ours), plan, made);
    expect(replacedEdits).toEqual([]);
    expect(text).toContain("## Goal\n\nOurs.\n");
    expect(text).toContain("goal: 'Ours.' # Ana\n");
  });

  test("without the document as it was made, what is derived from items is made anew all the same", () => {
    const { text, keptAsEdited, replacedEdits } = revisePlan(read(edited), NEXT);
    expect(text).toBe(renderPlan(NEXT));
    expect({ keptAsEdited, replacedEdits }).toEqual({
      keptAsEdited: [],
      replacedEdits: ["Items", "Dependencies", "Each item"],
    });
  });

  test("what a shorter list leaves out goes, also where the block had it already", () => {
    const shorter = { ...PLAN, risks: [], items: PLAN.items.slice(0, 1) };
    const before = { ...PLAN, risks: ["Clocks", "Memory"] };
    const ours = inBlock(renderPlan(before), "  - Memory\n", "");
    const after = { ...before, risks: ["Clocks"], approach: "Other." };
    expect(revisePlan(read(ours), after, read(renderPlan(before))).text).toBe(renderPlan(after));
    const cut = renderPlan(PLAN).slice(0, renderPlan(PLAN).indexOf("```yaml")) + renderBlock(shorter);
    expect(revisePlan(read(`${cut}\n`), { ...shorter, goal: "Other." }).text).not.toContain("Title of P2");
  });

  test("words of a person in the prose stay, again and again", () => {
    const ours = edited.replace("A token bucket.", "A token bucket, as Ana said.");
    const first = revisePlan(read(ours), NEXT, made);
    expect(first.keptAsEdited).toEqual(["Approach"]);
    const second = revisePlan(read(first.text), { ...NEXT, approach: "None" }, read(first.text));
    expect(second).toMatchObject({ keptAsEdited: ["Approach"], replacedEdits: [] });
    expect(second.text).toContain("A token bucket, as Ana said.");
  });
});

describe("what a person wrote where the prose repeats the block", () => {
  const made = read(renderPlan(PLAN));

  test.each([
    ["a row of the table", "| P1 | Title of P1 |", "| P1 | Ours |", "Items"],
    ["a row more", "| 1 of 2 |\n\n## Dependencies", "| 1 of 2 |\n| P9 | Ours |\n\n## Dependencies", "Items"],
    ["the diagram", "  P1 --> P2", "  P2 --> P1", "Dependencies"],
    ["an item's details", "### P2 Title of P2\n\nWhat to do.", "### P2 Title of P2\n\nOurs.", "Each item"],
    ["an item more", "## The exact plan", "### P9 Ours\n\nNew.\n\n## The exact plan", "Each item"],
    ["the counts", "2 items. Missing", "7 items. Missing", "Overview"],
    ["a second table", "## Dependencies", "## Items\n\nOurs\n\n## Dependencies", "Items"],
  ])("%s: is replaced and named", (_, original, edited, section) => {
    expect(made.text).toContain(original);
    const ours = made.text.replace(original, edited);
    for (const lineEnd of ["\n", "\r\n"]) {
      const document = read(ours.replaceAll("\n", lineEnd));
      const { text, keptAsEdited, replacedEdits } = revisePlan(document, NEXT, made);
      expect(text.replaceAll(/\s+/gu, " ")).toBe(renderPlan(NEXT).replaceAll(/\s+/gu, " "));
      expect({ keptAsEdited, replacedEdits }).toEqual({ keptAsEdited: [], replacedEdits: [section] });
    }
  });

  test("sections of their own around it stay, in either form of heading, and so does a paragraph below a table", () => {
    const ours = made.text
      .replace("| P1 | Title of P1 |", "| P1 | Ours |")
      .replace("## Dependencies", "## Who\n\nAna\n\nWhen\n----\n\nMay\n\n## Dependencies")
      .replace("\n\n## Risks", "\n\nMind the arrow.\n\n## Risks");
    const { text, replacedEdits } = revisePlan(read(ours), NEXT, made);
    expect(replacedEdits).toEqual(["Items"]);
    expect(text).toContain("\n\n## Who\n\nAna\n\nWhen\n----\n\nMay\n\n## Dependencies\n");
    expect(text).toContain("\n\nMind the arrow.\n\n## Risks");
    expect(text).not.toContain("| P1 | Ours |");
  });

  test("a heading in an item's code ends no section", () => {
    const before = { ...PLAN, items: [planItem("P1", { description: "Run\n\n```sh\n# not a heading\nmake\n```" })] };
    const document = renderPlan(before).replace("make\n", "make all\n");
    const { text, replacedEdits } = revisePlan(read(document), PLAN, read(renderPlan(before)));
    expect({ text, replacedEdits }).toEqual({ text: renderPlan(PLAN), replacedEdits: ["Each item"] });
  });
});
