import { isMap, isSeq, type YAMLSeq } from "yaml";
import type { Task } from "../types.ts";
import type { BacklogDocument } from "./backlogDocument.ts";
import { commentLines, renderTasks, taskValue } from "./renderBacklog.ts";

/**
 * The text of a BACKLOG.yaml with more tasks after its last one, under a comment. No other byte changes; only a file
 * whose tasks stand in brackets is laid out anew. `document` is not to be used any more. Undefined: it has no tasks.
 *
 * @param note what the comment says
 */
export function appendTasks(document: BacklogDocument, tasks: readonly Task[], note: string): string | undefined {
  const { text, yaml } = document;
  const shift = text.startsWith("\uFEFF") ? 1 : 0;
  const list = isMap(yaml.contents) ? yaml.contents.get("tasks", true) : undefined;
  if (!isSeq(list) || !list.range) return undefined;
  const start = list.range[0] + shift;
  if (list.flow === true || text[start] !== "-") return laidOutAnew(document, list, tasks, note);

  const margin = start - Math.max(text.lastIndexOf("\n", start - 1) + 1, shift);
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = [...commentLines([note]), ...renderTasks(tasks).trimEnd().split("\n")];
  const added = lines.map((line) => (line === "" ? "" : " ".repeat(margin) + line)).join(lineEnd);
  const at = nextLineStart(text, list.range[1] + shift);
  const before = text.slice(0, at);
  const end = before.endsWith("\n") ? "" : lineEnd;
  return `${before}${end}${keepsBlankLines(text) ? "" : lineEnd}${added}${lineEnd}${text.slice(at)}`;
}

/** A position at a line's start is one already. */
function nextLineStart(text: string, position: number): number {
  if (text[position - 1] === "\n") return position;
  const newline = text.indexOf("\n", position);
  return newline < 0 ? text.length : newline + 1;
}

/** A block of text (`|+`) at the end of the last task would take a blank line for its own. */
function keepsBlankLines(text: string): boolean {
  return /[|>][1-9]?\+/u.test(text);
}

function laidOutAnew({ text, yaml }: BacklogDocument, list: YAMLSeq, tasks: readonly Task[], note: string): string {
  list.flow = false;
  tasks.forEach((task, index) => {
    const node = yaml.createNode(taskValue(task));
    if (index === 0) node.commentBefore = commentLines([note]).join("\n").replace(/^#/gmu, "");
    list.add(node);
  });
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  return `${mark}${yaml.toString({ lineWidth: 0, flowCollectionPadding: false })}`;
}
