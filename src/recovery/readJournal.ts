import { readFile } from "node:fs/promises";
import { hasErrorCode } from "../core/files.ts";
import { failure, type Result, success } from "../core/result.ts";
import { decodeRecord, FIRST_LINK, type JournalRecord } from "./journalRecord.ts";

/** A journal that cannot be trusted: something before its last line is not what was written. */
export interface JournalDamage {
  readonly reason: "damaged";
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** For the user: what happened, to what, and what to do. */
  readonly message: string;
}

/** What a journal holds. */
export interface JournalContent {
  readonly records: readonly JournalRecord[];
  /** What the next record is chained to. */
  readonly sum: string;
  /** The whole lines of `records`, as they stand on disk. */
  readonly intact: Buffer;
  /** A last line that was never finished, and so never counted: empty in a journal that was closed. */
  readonly torn: Buffer;
}

/**
 * Reads a journal without owning it, changing nothing; one that does not exist is empty. A last line that is incomplete
 * or does not verify is being written, or was when its process died: it is left out. Damage before it is a failure.
 */
export async function readJournal(path: string): Promise<Result<JournalContent, JournalDamage>> {
  const bytes = await readIfExists(path);
  const records: JournalRecord[] = [];
  let sum = FIRST_LINK;
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) break;
    const decoded = decodeRecord(bytes.toString("utf8", start, end), {
      seq: records.length + 1,
      minEpoch: records.at(-1)?.epoch ?? 0,
      previousSum: sum,
    });
    if (!decoded.ok) {
      const isLastLine = end === bytes.length - 1;
      if (isLastLine) break;
      return failure(damage(path, records.length + 1, decoded.failure));
    }
    records.push(decoded.value.record);
    sum = decoded.value.sum;
    start = end + 1;
  }
  return success({ records, sum, intact: bytes.subarray(0, start), torn: bytes.subarray(start) });
}

const NEWLINE = 0x0a;

function damage(path: string, line: number, what: string): JournalDamage {
  return {
    reason: "damaged",
    path,
    line,
    message:
      `The run's journal is damaged at line ${line}: ${what}. ` +
      `Put back a copy of ${path}, or move its folder away and start anew: landed work is on the track's branch.`,
  };
}

async function readIfExists(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return Buffer.alloc(0);
    throw error;
  }
}
