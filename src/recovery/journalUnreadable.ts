import { basename, dirname } from "node:path";
import { shellWord } from "../core/shellWord.ts";
import type { JournalRecord } from "./journalRecord.ts";
import { RECORD_VERSION } from "./journalUpgrades.ts";

/** A journal that is not read, and stays as it is. */
export interface JournalUnreadable {
  /**
   * `damaged`: something before its last line is not what was written. `newer`: by a later version of this code.
   * `unknown_event`, `illegal_event`: written well, but this code can make no sense of it.
   */
  readonly reason: "damaged" | "newer" | "unknown_event" | "illegal_event";
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** For the user: what happened, to what, and what to do. */
  readonly message: string;
}

export function damaged(path: string, line: number, what: string): JournalUnreadable {
  const message =
    `The journal of run ${runOf(path)} is damaged at line ${line}: ${what}. Nothing was changed; what landed is on ` +
    `the track's branch. Put back a copy of ${path}, or ${settingAside(path)}`;
  return { reason: "damaged", path, line, message };
}

export function newerVersion(path: string, { seq, v }: JournalRecord): JournalUnreadable {
  const message =
    `The journal of run ${runOf(path)} was written by a newer version of multi-agent-coder: line ${seq} is of version ` +
    `${v}, and this one reads versions up to ${RECORD_VERSION}. Nothing was changed. Install the newer version, or ` +
    settingAside(path);
  return { reason: "newer", path, line: seq, message };
}

export function senseless(
  path: string,
  line: number,
  reason: "unknown_event" | "illegal_event",
  what: string,
): JournalUnreadable {
  const message =
    `Line ${line} of the journal of run ${runOf(path)} cannot be used: ${what}. Nothing was changed. Use the version of ` +
    `multi-agent-coder that wrote it, or ${settingAside(path)}`;
  return { reason, path, line, message };
}

function runOf(path: string): string {
  return basename(dirname(path));
}

/** A folder of another name is no run. */
function settingAside(path: string): string {
  const folder = dirname(path);
  const command = `mv ${shellWord(folder)} ${shellWord(`${folder}.set-aside`)}`;
  return `set the run aside and give the command again, which begins a new run from what has landed: ${command}`;
}
