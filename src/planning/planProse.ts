import { counted } from "../core/counted.ts";
import { isReadableDiagram, mermaidLabel, mermaidName } from "../core/mermaid.ts";
import type { MergedItem, Plan } from "../types.ts";
import { describeItemEffort, effortByAgent, effortCell } from "./effortText.ts";
import { markdownCell, markdownLine, markdownPath, markdownProse } from "./markdownText.ts";

/** One section of PLAN.md: its heading and what is under it, without a line end at its end. */
export interface PlanSection {
  readonly title: string;
  readonly text: string;
  /**
   * True: it says of items and agents what the block says of them, so another version of it would contradict the block.
   * False: a person may say it in other words.
   */
  readonly isDerived: boolean;
  /** What its first line is, or begins with, in any plan of this title. */
  readonly begins: string;
}

const OVERVIEW_BEGINS = "Merged from ";

/** The part of PLAN.md for people, ending in the sentence that introduces the exact plan. */
export function planSections(plan: Plan): PlanSection[] {
  const title = `# ${markdownLine(plan.title)}`;
  return [
    { title: "Title", text: title, isDerived: false, begins: title },
    { title: "Overview", text: overview(plan), isDerived: true, begins: OVERVIEW_BEGINS },
    section("Goal", markdownProse(plan.goal)),
    section("Approach", markdownProse(plan.approach)),
    derived("Items", itemTable(plan)),
    derived("Dependencies", dependencyDiagram(plan.items)),
    section("Risks", bullets(plan.risks)),
    section("Acceptance of the whole", bullets(plan.acceptance)),
    derived("Disagreements", disagreements(plan)),
    derived("Planning agents", planningAgents(plan)),
    derived("Each item", plan.items.map(itemDetails).join("\n\n")),
    section(
      "The exact plan",
      "`backlog` reads only the block below. Edit it to change the plan; the text above is for people.",
    ),
  ];
}

function section(title: string, body: string): PlanSection {
  const begins = `## ${title}`;
  return { title, text: `${begins}\n\n${body.trim() === "" ? "None." : body}`, isDerived: false, begins };
}

function derived(title: string, body: string): PlanSection {
  return { ...section(title, body), isDerived: true };
}

function overview({ agents, missing, items, disagreements: differences }: Plan): string {
  const absent = missing.map(({ agent }) => markdownLine(agent)).join(", ");
  return [
    `${OVERVIEW_BEGINS}${agents.length} of ${counted(agents.length + missing.length, "planning agent")}`,
    `, ${counted(items.length, "item")}.`,
    absent === "" ? "" : ` Missing: ${absent}.`,
    differences.length === 0 ? "" : ` ${counted(differences.length, "disagreement")}, listed below.`,
  ].join("");
}

function itemTable(plan: Plan): string {
  if (plan.items.length === 0) return "";
  const rows = plan.items.map((item) => [
    item.id,
    markdownCell(item.title),
    item.files.map((path) => markdownPath(path)).join("<br>"),
    item.depends_on.join(", "),
    effortCell(item),
    `${item.agreement.named} of ${item.agreement.answered}`,
  ]);
  return table(["Item", "What", "Files", "After", "Effort", "Named by"], rows);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function dependencyDiagram(items: readonly MergedItem[]): string {
  const names = new Map(items.map(({ id }, index) => [id, mermaidName(id, index)]));
  const arrows = items.flatMap((item) =>
    item.depends_on.map((needed) => `  ${names.get(needed)} --> ${names.get(item.id)}`),
  );
  if (arrows.length === 0) return items.length === 0 ? "" : "No item waits for another.";
  if (!isReadableDiagram(items.length, arrows.length)) {
    return `${items.length} items and ${arrows.length} dependencies are too many for a diagram; see the table.`;
  }
  const nodes = items.map((item) => `  ${names.get(item.id)}["${item.id} ${mermaidLabel(item.title)}"]`);
  return ["```mermaid", "flowchart LR", ...nodes, ...arrows, "```"].join("\n");
}

function itemDetails(item: MergedItem): string {
  const provenance = item.provenance.map(({ agent, item: id }) => `${markdownLine(agent)} (${markdownLine(id)})`);
  const parts = [
    `### ${item.id} ${markdownLine(item.title)}`,
    markdownProse(item.description),
    item.acceptance.length === 0 ? "" : `Done when:\n\n${bullets(item.acceptance)}`,
    describeItemEffort(item),
    `From: ${provenance.join(", ")}.`,
  ];
  return parts.filter((part) => part.trim() !== "").join("\n\n");
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${markdownLine(line)}`).join("\n");
}

function disagreements(plan: Plan): string {
  return plan.disagreements
    .map(({ about, positions, settled }) => {
      const says = positions.map((position) => `  - ${markdownLine(position.agent)}: ${markdownLine(position.says)}`);
      return [`- ${markdownLine(about)}`, ...says, `  - Settled: ${markdownLine(settled)}`].join("\n");
    })
    .join("\n");
}

function planningAgents(plan: Plan): string {
  const efforts = effortByAgent(plan.items);
  const answered = plan.agents.map((agent) => {
    const { items, says } = efforts.get(agent) ?? { items: 0, says: "" };
    return `- ${markdownLine(agent)}: ${counted(items, "item")} of its answer ${items === 1 ? "is" : "are"} in the plan${says}`;
  });
  const missing = plan.missing.map(({ agent, reason }) => `- ${markdownLine(agent)}: no plan; ${markdownLine(reason)}`);
  return [...answered, ...missing].join("\n");
}
