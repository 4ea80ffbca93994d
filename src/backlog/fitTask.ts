import { truncateUtf8, utf8Length } from "../core/utf8.ts";
import type { Task } from "../types.ts";
import { firstLines } from "./contextCompressor.ts";
import { compileTaskMessage, type ProjectContext } from "./taskMessage.ts";

/** Files that take more than this are named by their folders, so that the description keeps most of the room. */
const FILES_BYTES = 700;
const SHORTENED = "(Shortened; the plan has the whole text.)";

/**
 * A drafted task made small enough to be sent: many files become the folders they are in, then the description loses
 * its end. Only for text of our own drafting: a description a person wrote is never shortened.
 */
export function fitTask(
  task: Task,
  project: ProjectContext,
): { readonly task: Task; readonly notes: readonly string[] } {
  if (compileTaskMessage(task, project).ok) return { task, notes: [] };
  const files = widenFiles(task.files);
  const widened = files === task.files ? [] : [`${task.id}: its many files are given as folders.`];
  const narrower = { ...task, files };
  const compiled = compileTaskMessage(narrower, project);
  if (compiled.ok) return { task: narrower, notes: widened };
  const room = utf8Length(task.description) - (compiled.failure.bytes - compiled.failure.limit);
  const description = shorten(task.description, room);
  return { task: { ...narrower, description }, notes: [...widened, `${task.id}: its description was shortened.`] };
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
  return `${utf8Length(lines) * 2 >= room ? lines : words}\n${SHORTENED}\n`;
}
