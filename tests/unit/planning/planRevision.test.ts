import { expect, test } from "bun:test";
import fc from "fast-check";
import { type PlanDocument, parsePlan, renderPlan } from "../../../src/planning/planDocument.ts";
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
  expect(revisePlan(read(edited), read(renderPlan(PLAN)).plan)).toEqual({ text: edited, keptAsEdited: [] });
});

test("a document nobody edited becomes the other plan's, byte for byte", () => {
  fc.assert(
    fc.property(anyPlan, anyPlan, (plan, next) => {
      const crlf = (text: string) => text.replaceAll("\n", "\r\n");
      expect(revisePlan(read(renderPlan(plan)), next)).toEqual({ text: renderPlan(next), keptAsEdited: [] });
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
