import type { MergedItem, Plan } from "../types.ts";
import { markdownCell, markdownLine, markdownPath, markdownProse, mermaidLabel } from "./markdownText.ts";

/** Mermaid refuses diagrams of more than 500 arrows or 50,000 characters; long before that nobody can read one. */
const MAX_DIAGRAM_ITEMS = 60;
const MAX_DIAGRAM_ARROWS = 200;

/** The part of PLAN.md for people, ending in the sentence that introduces the exact plan. */
export function renderPlanProse(plan: Plan): string {
  const sections = [
    `# ${markdownLine(plan.title)}`,
    whoAnswered(plan),
    section("Goal", markdownProse(plan.goal)),
    section("Approach", markdownProse(plan.approach)),
    section("Items", itemTable(plan)),
    section("Dependencies", dependencyDiagram(plan.items)),
    section("Each item", plan.items.map(itemDetails).join("\n\n")),
    section("Risks", bullets(plan.risks)),
    section("Acceptance of the whole", bullets(plan.acceptance)),
    section("Disagreements", disagreements(plan)),
    section("Planning agents", planningAgents(plan)),
    section(
      "The exact plan",
      "`backlog` reads only the block below. Edit it to change the plan; the text above is for people.",
    ),
  ];
  return `${sections.join("\n\n")}\n`;
}

function section(title: string, body: string): string {
  return `## ${title}\n\n${body.trim() === "" ? "None." : body}`;
}

function whoAnswered(plan: Plan): string {
  const asked = plan.agents.length + plan.missing.length;
  const missing = plan.missing.map(({ agent }) => markdownLine(agent)).join(", ");
  const without = missing === "" ? "" : ` Missing: ${missing}.`;
  return `Merged from ${plan.agents.length} of ${asked} planning agents, ${plan.items.length} items.${without}`;
}

function itemTable(plan: Plan): string {
  const rows = plan.items.map((item) => [
    item.id,
    markdownCell(item.title),
    item.files.map((path) => markdownPath(path)).join("<br>"),
    item.depends_on.join(", "),
    item.effort ?? "",
    `${item.agreement.named} of ${item.agreement.answered}`,
  ]);
  return table(["Item", "What", "Files", "After", "Effort", "Named by"], rows);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

function dependencyDiagram(items: readonly MergedItem[]): string {
  const arrows = items.flatMap((item) => item.depends_on.map((needed) => `  ${needed} --> ${item.id}`));
  if (items.length > MAX_DIAGRAM_ITEMS || arrows.length > MAX_DIAGRAM_ARROWS) {
    return `${items.length} items and ${arrows.length} dependencies are too many for a diagram; see the table.`;
  }
  const nodes = items.map((item) => `  ${item.id}["${item.id} ${mermaidLabel(item.title)}"]`);
  return items.length === 0 ? "" : ["```mermaid", "flowchart LR", ...nodes, ...arrows, "```"].join("\n");
}

function itemDetails(item: MergedItem): string {
  const acceptance = item.acceptance.length === 0 ? "" : `Done when:\n\n${bullets(item.acceptance)}`;
  const provenance = item.provenance.map(({ agent, item: id }) => `${markdownLine(agent)} (${markdownLine(id)})`);
  const parts = [
    `### ${item.id} ${markdownLine(item.title)}`,
    markdownProse(item.description),
    acceptance,
    `From: ${provenance.join(", ")}.`,
  ];
  return parts.filter((part) => part !== "").join("\n\n");
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
  const answered = plan.agents.map(
    (agent) => `- ${markdownLine(agent)}: ${itemsOf(agent, plan)} items of its answer are in the plan`,
  );
  const missing = plan.missing.map(({ agent, reason }) => `- ${markdownLine(agent)}: no plan; ${markdownLine(reason)}`);
  return [...answered, ...missing].join("\n");
}

function itemsOf(agent: string, plan: Plan): number {
  return plan.items.flatMap(({ provenance }) => provenance).filter((source) => source.agent === agent).length;
}
