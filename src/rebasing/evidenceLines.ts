import { utf8Length } from "../core/utf8.ts";
import { cutMiddle } from "./cutText.ts";
import type { FailedAssertion, Mess } from "./mess.ts";
import type { SeenText } from "./seenText.ts";
import { tellingLines } from "./tellingLines.ts";

/** Shorter than this, a piece of a failed assertion says nothing. */
const WORTH_SAYING = 60;
const MAX_ASSERTIONS = 5;
const MAX_LINE_BYTES = 240;
/** A program's words are told from ours by it. */
const QUOTE = "> ";

/**
 * What was seen of a mess in at most `maxBytes` bytes, each line quoted: failed assertions with file and line, the first
 * one in full as far as possible; where no place is known, what tells most of what the command printed; else what the
 * agent did.
 */
export function evidenceLines(mess: Mess, seen: SeenText, maxBytes: number): string {
  const { assertions = [], printed = "", signals = [] } = mess;
  const output = seen.lines(printed);
  const entries = assertionEntries(assertions, seen);
  if (entries.length > 0 && (output.length === 0 || assertions.some(hasPlace))) {
    return shared(entries, maxBytes).join("\n");
  }
  if (output.length > 0) {
    const said = shared(entries, Math.floor(maxBytes / 2)).join("\n");
    const room = said === "" ? maxBytes : maxBytes - utf8Length(said) - 1;
    return [said, mostTelling(output, room)].filter(Boolean).join("\n");
  }
  return shared(signals.map((signal) => quoted([seen.line(signal)])).filter(Boolean), maxBytes).join("\n");
}

function hasPlace({ file, line, says }: FailedAssertion): boolean {
  return (file !== undefined && line !== undefined) || /\.\w{1,8}:\d/u.test(says);
}

/** The failed assertions alone, in at most `maxBytes` bytes; empty: none is known. */
export function assertionLines(mess: Mess, seen: SeenText, maxBytes: number): string {
  return shared(assertionEntries(mess.assertions ?? [], seen), maxBytes).join("\n");
}

function assertionEntries(assertions: readonly FailedAssertion[], seen: SeenText): readonly string[] {
  const entries = assertions.map((assertion) => quoted(assertionText(assertion, seen))).filter(Boolean);
  return [...new Set(entries)].slice(0, MAX_ASSERTIONS);
}

/** `tests/a.test.ts:12 (adds): expected 3 to equal 4`, in as many lines as it was said in. */
function assertionText({ says, test, file, line }: FailedAssertion, seen: SeenText): readonly string[] {
  const place = file === undefined ? "" : `${seen.path(file)}${line === undefined ? "" : `:${line}`}`;
  const name = seen.line(test ?? "");
  const head = [place, name === "" ? "" : `(${cutMiddle(name, 100)})`].filter(Boolean).join(" ");
  const [first = "", ...rest] = seen.lines(says);
  if (head === "") return [first, ...rest];
  return first === "" ? [head] : [`${head}: ${first}`, ...rest];
}

function quoted(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== "")
    .map((line) => `${QUOTE}${line}`)
    .join("\n");
}

/** Entries in `maxBytes`: the first gets half of the room or what the others leave, of the rest the next, and so on. */
function shared(entries: readonly string[], maxBytes: number): readonly string[] {
  const [first, ...rest] = entries;
  if (first === undefined || maxBytes < Math.min(WORTH_SAYING, utf8Length(first))) return [];
  const others = rest.reduce((sum, entry) => sum + utf8Length(entry) + 1, 0);
  const kept = cutMiddle(first, Math.max(Math.ceil(maxBytes / 2), maxBytes - others));
  return [kept, ...shared(rest, maxBytes - utf8Length(kept) - 1)];
}

function mostTelling(lines: readonly string[], maxBytes: number): string {
  const chosen = new Map<number, string>();
  let room = maxBytes + 1;
  for (const index of tellingLines(lines)) {
    const text = QUOTE + cutMiddle((lines[index] ?? "").trimStart(), MAX_LINE_BYTES);
    if (utf8Length(text) + 1 > room) continue;
    chosen.set(index, text);
    room -= utf8Length(text) + 1;
  }
  return [...chosen]
    .sort(([one], [other]) => one - other)
    .map(([, text]) => text)
    .join("\n");
}
