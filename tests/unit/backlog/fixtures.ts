import fc from "fast-check";
import type { Backlog, Task } from "../../../src/types.ts";

export function makeTask(fields: Partial<Task> & Pick<Task, "id">): Task {
  return {
    title: `Title of ${fields.id}`,
    description: `Do ${fields.id}.\n`,
    depends_on: [],
    files: [`src/${fields.id}.ts`],
    reads: [],
    context: "",
    acceptance: [],
    allow_empty: false,
    network: false,
    status: "pending",
    ...fields,
  };
}

export function makeBacklog(tasks: readonly Task[], fields: Partial<Backlog> = {}): Backlog {
  return { version: 1, track_id: "a-track", title: "A feature", verify: [], setup: [], tasks, ...fields };
}

/** Any text a backlog may hold: everything but control characters and halves of surrogate pairs. */
export function anyText(constraints: { minLength?: number; maxLength?: number }): fc.Arbitrary<string> {
  const unit = fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "\n",
        " ",
        "#",
        ": ",
        "- ",
        "```",
        "'",
        '"',
        "</description>",
        "|",
        "%",
        "---\n",
        "é",
        "漢",
        "🦊",
      ),
    },
  );
  return fc
    .array(unit, constraints)
    .map((units) => units.join("").replace(/(?![\n\t])[\p{Cc}\p{Cs}]/gu, ""))
    .filter((text) => text.length >= (constraints.minLength ?? 0));
}
