import { type Document, isMap, isScalar, isSeq, type Pair } from "yaml";
import type { TaskStatus } from "../types.ts";
import { keyOf } from "./strictYaml.ts";

/** Where a task's status stands, or would be put, in the text. */
interface StatusSlot {
  readonly start: number;
  readonly end: number;
  /** Written around the status word. */
  readonly before: string;
  readonly after: string;
}

/**
 * The text of a BACKLOG.yaml whose statuses can be set without touching any other byte: comments, order, quoting and
 * line ends stay. A task without a `status` gets the line after its `id`. Values only; nothing is read or written.
 */
export class StatusText {
  readonly text: string;
  private readonly slots: ReadonlyMap<string, StatusSlot>;

  private constructor(text: string, slots: ReadonlyMap<string, StatusSlot>) {
    this.text = text;
    this.slots = slots;
  }

  /** `text` is what `yaml` was parsed from, with or without a byte order mark. Tasks are found by their id alone. */
  static from(text: string, yaml: Document.Parsed): StatusText {
    const shift = text.startsWith("\uFEFF") ? 1 : 0;
    const tasks = isMap(yaml.contents) ? yaml.contents.get("tasks", true) : undefined;
    const slots = new Map<string, StatusSlot>();
    for (const task of isSeq(tasks) ? tasks.items : []) {
      if (!isMap(task)) continue;
      const id = task.items.find((pair) => keyOf(pair) === "id");
      const status = task.items.find((pair) => keyOf(pair) === "status");
      if (!id || !isScalar(id.value) || typeof id.value.value !== "string") continue;
      const slot = status ? existingSlot(text, status, shift) : newSlot(text, id, task.flow === true, shift);
      if (slot) slots.set(id.value.value, slot);
    }
    return new StatusText(text, slots);
  }

  has(id: string): boolean {
    return this.slots.has(id);
  }

  /** The same text with this task's status; unchanged when it does not hold the task. */
  withStatus(id: string, status: TaskStatus): StatusText {
    const slot = this.slots.get(id);
    if (!slot) return this;
    const text = this.text.slice(0, slot.start) + slot.before + status + slot.after + this.text.slice(slot.end);
    const start = slot.start + slot.before.length;
    const grown = text.length - this.text.length;
    const slots = new Map<string, StatusSlot>();
    for (const [other, old] of this.slots) {
      const moved = old.start >= slot.end ? { ...old, start: old.start + grown, end: old.end + grown } : old;
      slots.set(other, other === id ? { start, end: start + status.length, before: "", after: "" } : moved);
    }
    return new StatusText(text, slots);
  }
}

function existingSlot(text: string, pair: Pair, shift: number): StatusSlot | undefined {
  const range = isScalar(pair.value) ? pair.value.range : undefined;
  if (!range) return undefined;
  const start = range[0] + shift;
  const end = range[1] + shift;
  // `status:` with nothing after it has an empty range right behind the colon; a block scalar ends with its line end.
  const before = text[start - 1] === ":" ? " " : "";
  const after = /\r?\n$/u.exec(text.slice(start, end))?.[0] ?? "";
  return { start, end, before, after };
}

function newSlot(text: string, id: Pair, flow: boolean, shift: number): StatusSlot | undefined {
  const keyRange = isScalar(id.key) ? id.key.range : undefined;
  const valueRange = isScalar(id.value) ? id.value.range : undefined;
  if (!keyRange || !valueRange) return undefined;
  const keyStart = keyRange[0] + shift;
  const valueEnd = valueRange[1] + shift;
  if (flow) return { start: valueEnd, end: valueEnd, before: ", status: ", after: "" };

  const lineStart = Math.max(text.lastIndexOf("\n", keyStart - 1) + 1, shift);
  const indentation = text.slice(lineStart, keyStart).replaceAll("-", " ");
  // An explicit key (`? id`) or a tag before it: where a new line would have to begin is anybody's guess.
  if (indentation.trim() !== "") return undefined;
  const newline = text.indexOf("\n", valueEnd);
  if (newline < 0) return { start: text.length, end: text.length, before: `\n${indentation}status: `, after: "" };
  const at = text[newline - 1] === "\r" ? newline - 1 : newline;
  return { start: at, end: at, before: `${text.slice(at, newline + 1)}${indentation}status: `, after: "" };
}
