import { ACKNOWLEDGE_TOOL, AMEND_SCOPE_TOOL } from "../core/agentSupervisor.ts";
import { sendableText } from "../core/sendableText.ts";
import { truncateUtf8, utf8Length } from "../core/utf8.ts";

export interface DriftNotice {
  /** What the agent acknowledges. */
  readonly id: string;
  readonly task: string;
  /** The strongest first. */
  readonly signals: readonly string[];
  /** Paths and globs the task may write. */
  readonly scope: readonly string[];
}

/** DESIGN.md: every message a worker is sent takes at most so many bytes of UTF-8. */
const MESSAGE_BYTES = 3_072;
const NAME_BYTES = 64;
const SIGNAL_BYTES = 240;
const MOST_SIGNALS = 5;
const ENTRY_BYTES = 160;

const DO = `Stop what you are doing. Compare it with your task: if it belongs there, go on by another way than so far; if not, leave it and return to the task. Write only what the scope names; if the task cannot be done without another path, ask for it with the tool ${AMEND_SCOPE_TOOL}.`;

/**
 * X6. What an agent is told when it seems to leave its task: one JSON object, at most 3,072 bytes whatever goes in.
 * Signals are shortened; entries of a long scope are left out from the end, `scopeLeftOut` says how many.
 */
export function driftMessage({ id, task, signals, scope }: DriftNotice): string {
  const base = {
    id: within(id, NAME_BYTES),
    task: within(task, NAME_BYTES),
    signals: signals.slice(0, MOST_SIGNALS).map((signal) => within(signal, SIGNAL_BYTES)),
  };
  const entries = scope.map((entry) => within(entry, ENTRY_BYTES));
  const render = (count: number) => {
    const leftOut = scope.length - count;
    const shown = { scope: entries.slice(0, count), ...(leftOut > 0 ? { scopeLeftOut: leftOut } : {}) };
    const acknowledge = `Call the tool ${ACKNOWLEDGE_TOOL} with {"id": ${JSON.stringify(base.id)}} now, then go on.`;
    return JSON.stringify({ notice: { ...base, ...shown, do: DO }, acknowledge });
  };
  const whole = render(entries.length);
  if (utf8Length(whole) <= MESSAGE_BYTES) return whole;
  // With nothing of the scope shown the number left out is the longest: each entry adds its own bytes at most.
  let room = MESSAGE_BYTES - utf8Length(render(0));
  const firstOut = entries.findIndex((entry) => {
    room -= jsonBytes(entry) + 1;
    return room < 0;
  });
  return render(firstOut === -1 ? entries.length : firstOut);
}

/** At most so many bytes as JSON writes them, on one line. */
function within(text: string, maxBytes: number): string {
  const line = sendableText(text.slice(0, maxBytes)).replace(/\s+/gu, " ").trim();
  if (jsonBytes(line) <= maxBytes && text.length <= maxBytes) return line;
  let shortened = truncateUtf8(line, maxBytes - 5);
  while (jsonBytes(`${shortened}…`) > maxBytes) shortened = truncateUtf8(shortened, utf8Length(shortened) - 1);
  return `${shortened}…`;
}

const jsonBytes = (text: string) => utf8Length(JSON.stringify(text));
