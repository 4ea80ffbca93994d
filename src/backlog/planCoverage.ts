import type { Plan, Task } from "../types.ts";
import { titleLine } from "./draftText.ts";
import { parsePathPattern } from "./pathPattern.ts";
import { taskWriters } from "./taskWriters.ts";

/** More than these are a draft of something else. */
const SHOWN = 10;

/**
 * Notes about items of the plan that a draft seems to leave out: none of the paths they name may be written by any task.
 * A hint for a person, since work can move to other files for good reasons.
 */
export function itemsLeftOut({ items }: Plan, tasks: readonly Task[]): readonly string[] {
  const writers = taskWriters(tasks);
  const left = items.filter(({ files }) => {
    const paths = files.flatMap((file) => {
      const pattern = parsePathPattern(file);
      return pattern.ok && pattern.value.literal ? [pattern.value.text] : [];
    });
    return paths.length > 0 && paths.length === files.length && paths.every((path) => writers(path).length === 0);
  });
  const notes = left.slice(0, SHOWN).map(({ title, files }) => {
    const named = files.slice(0, 3).map(titleLine).join(", ");
    return `No task writes what the plan's item "${titleLine(title)}" names: ${named}${files.length > 3 ? ", …" : ""}.`;
  });
  return left.length > SHOWN
    ? [...notes, `${left.length - SHOWN} more items of the plan are written by no task.`]
    : notes;
}
