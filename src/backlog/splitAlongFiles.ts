import { truncateUtf8 } from "../core/utf8.ts";
import type { Task } from "../types.ts";
import { complexEntries, MAX_COMPLEX_FILES, textOf } from "./complexFiles.ts";
import type { RepositoryFacts } from "./repositoryFacts.ts";

/** An id has at most 32 characters. */
const MAX_ID_LENGTH = 32;
/** A title has at most 200 characters, its ending included. */
const MAX_TITLE_BYTES = 180;

/**
 * A task with too many complex files as a chain of tasks, each with at most three of them; any other task as it is. The
 * files that are not complex may be written in every part. The last part keeps the id, so that what depends on the task
 * waits for all of it, and the acceptance, which holds when all is done; the parts before are `<id>-1`, `<id>-2`, …:
 * the caller's ids do not end so.
 */
export function splitAlongFiles(task: Task, facts: RepositoryFacts): readonly Task[] {
  const complex = complexEntries(task, facts);
  if (complex.length <= MAX_COMPLEX_FILES) return [task];
  // "src" and "src/" are one entry: the other spelling must not stay in every part.
  const split = new Set(complex.map(textOf));
  const others = task.files.filter((entry) => !split.has(textOf(entry)));
  const count = Math.ceil(complex.length / MAX_COMPLEX_FILES);
  return Array.from({ length: count }, (_, index): Task => {
    const number = index + 1;
    const own = complex.slice(index * MAX_COMPLEX_FILES, number * MAX_COMPLEX_FILES);
    const part = {
      ...task,
      description: `${task.description.trimEnd()}\n\n${partNote(number, count, own)}\n`,
      files: [...own, ...others],
    };
    if (number === count) return { ...part, depends_on: index === 0 ? task.depends_on : [partId(task.id, index)] };
    return {
      ...part,
      id: partId(task.id, number),
      title: `${truncateUtf8(task.title, MAX_TITLE_BYTES)} (part ${number} of ${count})`,
      depends_on: index === 0 ? task.depends_on : [partId(task.id, index)],
      acceptance: [],
    };
  });
}

function partNote(number: number, count: number, files: readonly string[]): string {
  const rest = number < count ? "; later parts do the rest" : "; the parts before did the rest";
  return `This is part ${number} of ${count}: do what concerns ${files.join(", ")}${rest}.`;
}

function partId(id: string, number: number): string {
  const ending = `-${number}`;
  return `${id.slice(0, MAX_ID_LENGTH - ending.length)}${ending}`;
}
