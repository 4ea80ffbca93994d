import { Document, isMap, isPair, isScalar, isSeq, Scalar, visit, type YAMLMap } from "yaml";
import type { Backlog, Goal, Task } from "../types.ts";

/**
 * A BACKLOG.yaml: the contract's keys in the contract's order, defaults left out, long texts as literal blocks, the
 * notes as comments at its head. The same backlog and notes give the same bytes; reading them gives the backlog back.
 */
export function renderBacklog(backlog: Backlog, notes: readonly string[]): string {
  const document = new Document(documentValue(backlog));
  style(document);
  separateTasks(document);
  const head = commentLines(notes);
  const text = document.toString(TO_STRING);
  return head.length === 0 ? text : `${head.join("\n")}\n${text}`;
}

/** Tasks as a list by itself, at the margin, without the key it stands under; the same layout. */
export function renderTasks(tasks: readonly Task[]): string {
  const document = new Document(tasks.map(taskValue));
  style(document);
  separate(document.contents);
  return document.toString(TO_STRING);
}

/** Text as lines of comment; nothing in it can end the comment. */
export function commentLines(notes: readonly string[]): readonly string[] {
  return notes.flatMap((note) => note.split(/[\r\n\u0085\u2028\u2029]+/u)).map((line) => `# ${line}`.trimEnd());
}

const TO_STRING = { lineWidth: 0, flowCollectionPadding: false } as const;

function style(document: Document): void {
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value !== "string") return;
      if (scalar.value.includes("\n") || scalar.value.trim() !== scalar.value)
        scalar.type = multilineStyle(scalar.value);
    },
    Pair: (_, pair) => {
      const key = isScalar(pair.key) ? pair.key.value : undefined;
      const { value } = pair;
      if ((key === "description" || key === "context") && isScalar(value))
        value.type = multilineStyle(String(value.value));
      if ((key === "depends_on" || key === "files" || key === "reads") && isSeq(value))
        value.flow = isShort(value.toJSON());
    },
  });
}

/** A literal block where indentation and blank lines around the text cannot be mistaken, else double quotes. */
function multilineStyle(text: string): Scalar.Type {
  return /^\S/u.test(text) && /\S\n?$/u.test(text) ? Scalar.BLOCK_LITERAL : Scalar.QUOTE_DOUBLE;
}

/** A list stays on one line while that line can be read. */
function isShort(items: unknown): boolean {
  return JSON.stringify(items).length <= 90;
}

function separateTasks(document: Document): void {
  const tasks = isMap(document.contents) ? document.contents.items.find((pair) => isTasks(pair)) : undefined;
  separate(tasks?.value);
}

function separate(tasks: unknown): void {
  if (!isSeq(tasks)) return;
  for (const task of tasks.items.slice(1)) if (isMap(task)) (task as YAMLMap).spaceBefore = true;
}

function isTasks(pair: unknown): boolean {
  return isPair(pair) && isScalar(pair.key) && pair.key.value === "tasks";
}

function documentValue(backlog: Backlog): object {
  return {
    version: backlog.version,
    track_id: backlog.track_id,
    title: backlog.title,
    ...(backlog.plan === undefined ? {} : { plan: backlog.plan }),
    ...(backlog.base === undefined ? {} : { base: backlog.base }),
    ...(backlog.goal === undefined ? {} : { goal: goalValue(backlog.goal) }),
    ...(backlog.verify.length === 0 ? {} : { verify: [...backlog.verify] }),
    ...(backlog.setup.length === 0 ? {} : { setup: [...backlog.setup] }),
    tasks: backlog.tasks.map(taskValue),
  };
}

function goalValue({ criteria, checks }: Goal): object {
  return {
    ...(criteria.length === 0 ? {} : { criteria: [...criteria] }),
    ...(checks.length === 0 ? {} : { checks: checks.map((check) => ({ run: check.run })) }),
  };
}

export function taskValue(task: Task): object {
  return {
    id: task.id,
    title: task.title,
    description: task.description,
    depends_on: [...task.depends_on],
    files: [...task.files],
    ...(task.reads.length === 0 ? {} : { reads: [...task.reads] }),
    ...(task.context === "" ? {} : { context: task.context }),
    ...(task.acceptance.length === 0 ? {} : { acceptance: task.acceptance.map((check) => ({ run: check.run })) }),
    ...(task.complexity === undefined ? {} : { complexity: task.complexity }),
    ...(task.model === undefined ? {} : { model: task.model }),
    ...(task.allow_empty ? { allow_empty: true } : {}),
    ...(task.network ? { network: true } : {}),
    status: task.status,
  };
}
