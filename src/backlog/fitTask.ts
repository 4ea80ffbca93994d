import { truncateUtf8, utf8Length } from "../core/utf8.ts";
import type { Task } from "../types.ts";
import { endsInsideFence } from "./codeFences.ts";
import { firstLines } from "./contextCompressor.ts";
import type { RepositoryFacts } from "./repositoryFacts.ts";
import { splitAlongFiles } from "./splitAlongFiles.ts";
import { compileTaskMessage, type ProjectContext } from "./taskMessage.ts";

/** Files that take more than this are named by their folders, so that the description keeps most of the room. */
const FILES_BYTES = 700;
const SHORTENED = "(Shortened; the plan has the whole text.)";

/**
 * A drafted task made small enough to be sent and to be done: many files become the folders they are in, a task with too
 * many complex files becomes a chain of tasks, then the description loses its end. Only for text of our own drafting: a
 * description a person wrote is never shortened.
 */
export function fitTask(
  task: Task,
  project: ProjectContext,
  facts?: RepositoryFacts,
): { readonly tasks: readonly Task[]; readonly notes: readonly string[] } {
  const narrow = compileTaskMessage(task, project).ok ? task : { ...task, files: widenFiles(task.files) };
  const split = (whole: Task) => (facts === undefined ? [whole] : splitAlongFiles(whole, facts));
  const excess = Math.max(...split(narrow).map((part) => excessBytes(part, project)));
  const short =
    excess <= 0
      ? narrow
      : { ...narrow, description: shorten(narrow.description, utf8Length(narrow.description) - excess) };
  const parts = split(short);
  return {
    tasks: parts,
    notes: [
      ...(narrow.files === task.files ? [] : [`${task.id}: its many files are given as folders.`]),
      ...(parts.length === 1
        ? []
        : [`${task.id} would change too many complex files, so it is split: ${parts.map(({ id }) => id).join(", ")}.`]),
      ...(short === narrow ? [] : [`${task.id}: its description was shortened.`]),
    ],
  };
}

/** How far over its limit a task is; 0 or less: it fits. */
function excessBytes(task: Task, project: ProjectContext): number {
  const compiled = compileTaskMessage(task, project);
  return compiled.ok ? 0 : compiled.failure.bytes - compiled.failure.limit;
}

/** Folders in place of files, one level up at a time, until the list is short; in the end the whole repository. */
function widenFiles(files: readonly string[]): readonly string[] {
  let entries = files;
  while (utf8Length(entries.join("\n")) > FILES_BYTES) {
    const deepest = Math.max(...entries.map((entry) => entry.replace(/\/$/u, "").split("/").length));
    if (deepest <= 1) return ["**"];
    const parents = entries.map((entry) => {
      const segments = entry.replace(/\/$/u, "").split("/");
      return segments.length < deepest ? entry : `${segments.slice(0, -1).join("/")}/`;
    });
    entries = [...new Set(parents)];
  }
  return entries;
}

/** Whole lines while that keeps most of the room, else whole words. The result takes at most `maxBytes` bytes. */
function shorten(text: string, maxBytes: number): string {
  const room = maxBytes - utf8Length(`\n${SHORTENED}\n`);
  const lines = firstLines(text.split("\n"), room).join("\n").trimEnd();
  const words = truncateUtf8(text, room).replace(/\s+\S*$/u, "");
  const keepsMost = utf8Length(lines) * 2 >= room || endsInsideFence(words);
  return `${keepsMost ? lines : words}\n${SHORTENED}\n`;
}
