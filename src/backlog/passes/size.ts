import { unreachable } from "../../core/unreachable.ts";
import type { Backlog } from "../../types.ts";
import type { Finding } from "../diagnostics.ts";
import { compileTaskMessage, projectContext } from "../taskMessage.ts";

/** Every task, its optional context left out where need be, fits the bytes it has (DESIGN.md: 2,304). */
export function checkSize(backlog: Backlog): readonly Finding[] {
  const project = projectContext(backlog);
  return backlog.tasks.flatMap((task, index): Finding[] => {
    const compiled = compileTaskMessage(task, project);
    if (compiled.ok) return [];
    const { reason, bytes, limit } = compiled.failure;
    switch (reason) {
      case "too_large":
        return [
          {
            kind: "size",
            path: ["tasks", index, "description"],
            task: task.id,
            message: `the task takes ${bytes} bytes without its optional context; at most ${limit} reach an agent`,
            suggestion: "shorten the description, or split the task",
          },
        ];
      default:
        return unreachable(reason);
    }
  });
}
