/** The demo feature in six steps: one foundation, three formats that need only it, then what brings them together. */
export interface DemoStep {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly files: readonly string[];
  readonly reads: readonly string[];
  readonly depends_on: readonly string[];
  /** A command that passes when the step is done. */
  readonly check: string;
  readonly effort: "small" | "medium" | "large";
}

export const FEATURE_TITLE = "Spending reports";

const reportModel: DemoStep = {
  id: "T001",
  title: "Compute a report from expenses",
  description: [
    "Add makeReport(expenses): one row for each category with the number of expenses, the cents and the share of the",
    "whole (0 to 1, and 0 when nothing was spent), the largest amount first, the same amounts in alphabetical order.",
    "Add formatCents (1250 is 12.50) and formatShare (0.255 is 25.5 %), which the formats share.",
  ].join("\n"),
  files: ["src/report/report.ts", "tests/report/report.test.ts"],
  reads: ["src/expense.ts", "src/total.ts"],
  depends_on: [],
  check: "bun test tests/report/report.test.ts",
  effort: "medium",
};

export const DEMO_STEPS: readonly DemoStep[] = [
  reportModel,
  format(
    "T002",
    "Render a report as Markdown",
    "markdown",
    "renderMarkdown",
    "A | in a category must not break the table.",
  ),
  format(
    "T003",
    "Render a report as CSV",
    "csv",
    "renderCsv",
    "Records end in CRLF and fields are quoted as RFC 4180 says.",
  ),
  format("T004", "Render a report as HTML", "html", "renderHtml", "One <table>, every text in it escaped."),
  {
    id: "T005",
    title: "Export renderReport from the package",
    description: [
      "Add renderReport(expenses, format) with the formats markdown, csv and html, and export it and its format type",
      "from the package. An empty list of expenses gives a table without rows in each format.",
    ].join("\n"),
    files: ["src/report/index.ts", "src/index.ts", "tests/report/renderReport.test.ts"],
    reads: ["src/report/report.ts"],
    depends_on: ["T002", "T003", "T004"],
    check: "bun test tests/report/renderReport.test.ts",
    effort: "small",
  },
  {
    id: "T006",
    title: "Describe reports for users",
    description: "Write docs/reports.md with an example and the three formats, and point to it from the README.",
    files: ["docs/reports.md", "README.md"],
    reads: ["src/report/index.ts"],
    depends_on: ["T005"],
    check: "grep -q renderReport docs/reports.md && grep -q renderReport README.md",
    effort: "small",
  },
];

/** The steps as the backlog's drafting agent answers them. */
export const DEMO_DRAFT = {
  tasks: DEMO_STEPS.map(({ check, effort, ...step }) => ({
    ...step,
    acceptance: [check],
    complexity: step.id === "T006" ? "documentation" : effort === "medium" ? "complex" : "simple",
  })),
  goal_checks: ["bun test tests/report"],
};

function format(id: string, title: string, name: string, renderer: string, rule: string): DemoStep {
  const test = `tests/report/${name}.test.ts`;
  return {
    id,
    title,
    description: `Add ${renderer}(report) to src/report/${name}.ts; it gives the text.\n${rule} A report without rows still renders.`,
    files: [`src/report/${name}.ts`, test],
    reads: ["src/report/report.ts"],
    depends_on: [reportModel.id],
    check: `bun test ${test}`,
    effort: "small",
  };
}
