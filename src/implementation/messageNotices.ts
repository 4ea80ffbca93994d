import { compileTaskMessage, describeOmissions, projectContext } from "../backlog/taskMessage.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import type { Backlog, Task } from "../types.ts";

const NAMED_TASKS = 5;

/** What is in each message whatever the task says: nobody misses it. */
const FRAMING = new Set(["network", "feature", "tools"]);

/** Which tasks lose something of what they could be told, in one line; undefined: none does. */
export function leftOutNotice(backlog: Backlog, tasks: readonly Task[]): string | undefined {
  const project = projectContext(backlog);
  const losses = tasks.flatMap((task) => {
    const compiled = compileTaskMessage(task, project);
    const omissions = compiled.ok ? compiled.value.omissions.filter(({ section }) => !FRAMING.has(section)) : [];
    return omissions.length === 0 ? [] : [`${task.id}: ${describeOmissions(omissions)}`];
  });
  if (losses.length === 0) return undefined;
  const more = losses.length - NAMED_TASKS;
  const named = losses.slice(0, NAMED_TASKS).join("; ");
  return `left out to keep messages small: ${named}${more > 0 ? `; and of ${more} more tasks` : ""}`;
}

/** Says that nobody can tell whether the tasks' context is still true; undefined: it can be told, or there is none. */
export async function unknownBaseNotice(
  { base }: Backlog,
  tasks: readonly Task[],
  control: ControlRepository,
  head: string,
): Promise<string | undefined> {
  // Without a base a person wrote the backlog, and knows better than we what is true.
  if (base === undefined || tasks.every((task) => task.context.trim() === "")) return undefined;
  if ((await control.changedPaths(base, head)) !== undefined) return undefined;
  return `the backlog's base ${base.slice(0, 9)} is not in this repository: whether the tasks' context is still true is not checked`;
}
