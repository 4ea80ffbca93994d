import { counted } from "../core/counted.ts";
import { toPlainLine } from "../monitoring/terminalText.ts";
import type { RunEvent } from "../recovery/runEvents.ts";
import type { CheckpointSummary } from "./statusDocument.ts";

/** The checkpoints of a task that a run's events tell of, oldest first. */
export function checkpointsIn(run: string, events: readonly RunEvent[], task: string): CheckpointSummary[] {
  return events.flatMap((event) => {
    if (event.type !== "checkpoint_taken" || event.task !== task) return [];
    const { attempt, cause, commit, cumulative, id, validation } = event;
    return [
      {
        ...{ id, run, attempt, cause, commit },
        files: cumulative?.files ?? null,
        lines: cumulative?.lines ?? null,
        violations: [...(validation?.violations ?? [])],
        unchecked: validation?.unchecked ?? null,
      },
    ];
  });
}

/** Older ones are in the JSON document. */
const SHOWN = 10;

/** A line each, the latest ones. */
export function checkpointLines(checkpoints: readonly CheckpointSummary[]): string[] {
  if (checkpoints.length === 0) return [];
  const earlier = checkpoints.length - SHOWN;
  return [
    "Checkpoints, to go back to with rollback --checkpoint=<id>:",
    ...(earlier > 0 ? [`  (${earlier} earlier ones: --json)`] : []),
    ...checkpoints.slice(-SHOWN).map((checkpoint) => `  ${describe(checkpoint)}`),
    "",
  ];
}

function describe({ cause, files, id, violations }: CheckpointSummary): string {
  const size = files === null ? "" : `, ${counted(files, "file")} changed`;
  const [first, ...more] = violations;
  if (first === undefined) return `${id}: ${toPlainLine(cause)}${size}`;
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  const wrong = `in violation: ${toPlainLine(first.path)} (${toPlainLine(first.what)})${others}`;
  return `${id}: ${toPlainLine(cause)}${size}, ${wrong}`;
}
