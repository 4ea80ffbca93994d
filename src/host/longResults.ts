import { randomUUID } from "node:crypto";

/**
 * OpenCode cuts a tool's result at 2,000 lines or 50 KB before its model sees it; a table of a thousand tasks, or a JSON
 * document, is worth nothing cut. So what is longer than this stays in the process, and its result is a claim on it.
 */
const MAX_BYTES = 40 * 1024;
const MAX_LINES = 1_500;
/** A result is asked for once, at once; a few are kept for a model request that OpenCode repeats. */
const KEPT = 8;

/** U+001D, "group separator": in no text of ours, as the mark of commandEnding.ts. */
const MARK = "\u001d";

/** Tool and model are bundled apart, and meet in the process alone. */
const SHELF = Symbol.for("multi-agent-coder.longResults");

/** What the tool returns: the text itself, or a claim on it. */
export function leaveLongResult(text: string): string {
  if (Buffer.byteLength(text) <= MAX_BYTES && text.split("\n").length <= MAX_LINES) return text;
  const shelf = shelfOfProcess();
  const key = randomUUID();
  shelf.set(key, text);
  for (const old of [...shelf.keys()].slice(0, -KEPT)) shelf.delete(old);
  return `${MARK}${key}`;
}

/** What the model reports of it. */
export function collectLongResult(text: string): string {
  if (!text.startsWith(MARK)) return text;
  return shelfOfProcess().get(text.slice(MARK.length)) ?? "The report was too long to be kept: run the command again.";
}

function shelfOfProcess(): Map<string, string> {
  const shelf: unknown = Reflect.get(globalThis, SHELF);
  if (shelf instanceof Map) return shelf;
  const made = new Map<string, string>();
  Reflect.set(globalThis, SHELF, made);
  return made;
}
