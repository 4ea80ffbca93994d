import type { PlanAnswer, PlanItem, PlanningPerspective } from "../src/types.ts";
import { DEMO_STEPS, type DemoStep, FEATURE_TITLE } from "./steps.ts";

/** What each planner of the demo answers: the same feature seen from three sides, worded and cut differently. */
export const PLANNER_ANSWERS: Readonly<Record<PlanningPerspective, PlanAnswer>> = {
  architecture: {
    title: FEATURE_TITLE,
    goal: "People can send a summary of their spending as Markdown, CSV or HTML.",
    approach: "One pure function computes the report; each format is a pure function of that report.",
    items: DEMO_STEPS.map((step) => itemOf(step)),
    risks: ["Formats that compute on their own would disagree: all of them read the same report."],
    acceptance: ['renderReport(expenses, "markdown") is exported from the package, "csv" and "html" likewise.'],
  },
  delivery: {
    title: "Reports in three formats",
    goal: "A report of spending by category, in Markdown, CSV and HTML, tested and described.",
    approach: "The report first; then the three formats at the same time; then the export and the words for users.",
    items: DEMO_STEPS.map((step) =>
      itemOf(step, {
        title: step.title.replace("Render a report as", "Report renderer:"),
        // The words for users need only the names, so this planner would write them earlier.
        ...(step.id === "T006" && { depends_on: ["T001"] }),
      }),
    ),
    risks: ["The export waits for all three formats."],
    acceptance: ["bun test passes.", "The README says how to make a report."],
  },
  risk: {
    title: FEATURE_TITLE,
    goal: "Reports that are right for empty lists, odd categories and amounts of nothing.",
    approach: "Each format is tested with what breaks it: separators, quotes, markup, and no rows at all.",
    items: DEMO_STEPS.filter((step) => step.id !== "T006").map((step) =>
      itemOf(step, { acceptance: [step.check, "There is a test with no expenses."] }),
    ),
    risks: [
      "A share of nothing is NaN unless it is handled.",
      "Text from categories can break a table, a record or a page: each format escapes it.",
    ],
    acceptance: ["An empty list of expenses never gives an error or NaN."],
  },
};

function itemOf(step: DemoStep, changes: Partial<PlanItem> = {}): PlanItem {
  return {
    id: step.id,
    title: step.title,
    description: step.description,
    files: step.files,
    depends_on: step.depends_on,
    acceptance: [step.check],
    effort: step.effort,
    ...changes,
  };
}
