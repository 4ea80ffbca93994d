import { isReadableDiagram, mermaidLabel, mermaidName } from "../../core/mermaid.ts";

interface Box {
  readonly id: string;
  readonly title: string;
  readonly depends_on: readonly string[];
}

/** A mermaid flowchart of the tasks, wave by wave, the tasks of `path` marked; too large a one is said instead. */
export function waveDiagram(waves: readonly (readonly Box[])[], path: readonly Box[]): readonly string[] {
  const tasks = waves.flat();
  const names = new Map(tasks.map(({ id }, index) => [id, mermaidName(id, index)]));
  const arrows = tasks.flatMap((task) =>
    task.depends_on.flatMap((id) => (names.has(id) ? [`  ${names.get(id)} --> ${names.get(task.id)}`] : [])),
  );
  if (!isReadableDiagram(tasks.length, arrows.length)) {
    return [`${tasks.length} tasks and ${arrows.length} dependencies are too many for a diagram.`];
  }
  const boxes = waves.flatMap((wave, index) => [
    `  subgraph wave${index + 1}["Wave ${index + 1}"]`,
    ...wave.map((task) => `    ${names.get(task.id)}["${task.id} ${mermaidLabel(task.title)}"]`),
    "  end",
  ]);
  const marked =
    path.length < 2
      ? []
      : ["  classDef critical stroke-width:3px", `  class ${path.map(({ id }) => names.get(id)).join(",")} critical`];
  return ["```mermaid", "flowchart LR", ...boxes, ...arrows, ...marked, "```"];
}
