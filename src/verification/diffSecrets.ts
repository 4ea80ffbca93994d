import type { ChangedText } from "../git/changedTexts.ts";
import { type SecretFinding, scanForSecrets } from "./secretScan.ts";

/** A key or token that a change brings in. It never holds the value itself. */
export interface AddedSecret {
  readonly path: string;
  /** In the new content, from 1. */
  readonly line: number;
  /** Such as "a GitHub token". */
  readonly kind: string;
}

/** As long a piece as is scanned at once: the time for one grows with its length, and a little more. */
const PIECE_CHARACTERS = 262_144;
/** The longest key, with what stands around it, that may lie across the end of a piece. */
const OVERLAP_CHARACTERS = 8_192;

/**
 * Keys and tokens in what a change adds, in the order of paths and lines. One that stands in any of these files on the
 * base is not new, also when it was moved. A `secretlint-disable` comment excuses a key only if the comment was in that
 * file on the base: an agent could write one (docs/decisions/0047-keys-in-changes.md).
 */
export async function addedSecrets(changed: readonly ChangedText[]): Promise<AddedSecret[]> {
  const added: Found[] = [];
  for (const { path, before, after } of changed) {
    if (after === undefined || after === before) continue;
    const excusing = withoutNewExcuses(before ?? "", after);
    for (const finding of await findings(excusing, { heedComments: true })) added.push({ ...finding, path });
  }
  if (added.length === 0) return [];
  const known = new Set<string>();
  for (const { before } of changed) {
    for (const { value } of await findings(before ?? "", { heedComments: false })) known.add(value);
  }
  return added.filter(({ value }) => !known.has(value)).map(({ path, line, kind }) => ({ path, line, kind }));
}

interface Found extends Pick<AddedSecret, "line" | "kind"> {
  readonly path: string;
  readonly value: string;
}

/** With `heedComments` false also what a comment lets through. */
async function findings(
  text: string,
  { heedComments }: { readonly heedComments: boolean },
): Promise<Omit<Found, "path">[]> {
  const found = new Map<number, Omit<Found, "path">>();
  for (const { piece, offset, line } of pieces(text)) {
    const scan = await scanForSecrets(piece);
    const heeded: readonly SecretFinding[] = heedComments ? scan.found : [...scan.found, ...scan.allowed];
    for (const { kind, line: within, range } of heeded) {
      const value = piece.slice(range[0], range[1]);
      found.set(offset + range[0], { kind, line: line + within - 1, value });
    }
  }
  return [...found.entries()].toSorted(([left], [right]) => left - right).map(([, finding]) => finding);
}

interface Piece {
  readonly piece: string;
  readonly offset: number;
  /** Of its first character, from 1. */
  readonly line: number;
}

/** A text as pieces that overlap. Comments count within their piece only. */
function* pieces(text: string): Generator<Piece> {
  let line = 1;
  for (let offset = 0; offset < text.length; ) {
    const end = Math.min(text.length, offset + PIECE_CHARACTERS);
    yield { piece: text.slice(offset, end), offset, line };
    if (end === text.length) return;
    const next = end - OVERLAP_CHARACTERS;
    line += text.slice(offset, next).split("\n").length - 1;
    offset = next;
  }
}

const EXCUSE = "secretlint-disable";
/** As long, so that every place stays where it is. */
const NO_EXCUSE = "secretlint-ignored";

/** The new text with the comments disarmed whose line the old text does not hold, or holds less often. */
function withoutNewExcuses(before: string, after: string): string {
  if (!after.includes(EXCUSE)) return after;
  const left = new Map<string, number>();
  for (const line of before.split("\n")) {
    if (line.includes(EXCUSE)) left.set(line.trim(), (left.get(line.trim()) ?? 0) + 1);
  }
  return after
    .split("\n")
    .map((line) => {
      if (!line.includes(EXCUSE)) return line;
      const times = left.get(line.trim()) ?? 0;
      left.set(line.trim(), times - 1);
      return times > 0 ? line : line.replaceAll(EXCUSE, NO_EXCUSE);
    })
    .join("\n");
}
