import { readFile } from "node:fs/promises";
import { hasErrorCode } from "../core/files.ts";
import { isObject } from "../core/isObject.ts";
import { parseJson } from "../core/parseJson.ts";
import { failure, type Result, success } from "../core/result.ts";
import { BEGINNING, decodeRecord, type JournalPlace, type JournalRecord, RecordChain } from "./journalRecord.ts";
import { damaged, type JournalUnreadable, newerVersion } from "./journalUnreadable.ts";
import { RECORD_VERSION } from "./journalUpgrades.ts";

/** A journal's lines, each as it was written after the one before it. */
export interface JournalContent {
  readonly path: string;
  /** The whole lines, as they stand on disk. */
  readonly intact: Buffer;
  /** A last line that was never finished, and so never counted: empty in a journal that was closed. */
  readonly torn: Buffer;
  /** After the last record. */
  readonly end: JournalPlace;
  /** Where what is still to be read begins, in the journal and in `intact`. */
  readonly from: { readonly place: JournalPlace; readonly offset: number };
}

/**
 * Checks a journal without owning it, changing nothing; one that does not exist is empty. A last line that is incomplete
 * or does not verify is being written, or was when its process died: it is left out. Damage before it is a failure.
 *
 * @param known up to where it has been read before: its records are still to be read from there on, if the journal has
 *   that place, else all of them
 */
export async function readJournal(
  path: string,
  known: JournalPlace = BEGINNING,
): Promise<Result<JournalContent, JournalUnreadable>> {
  const bytes = await readIfExists(path);
  const chain = new RecordChain();
  let offset = 0;
  let from: JournalContent["from"] = { place: BEGINNING, offset: 0 };
  for (;;) {
    const end = bytes.indexOf(NEWLINE, offset);
    if (end < 0) break;
    const wrong = chain.follow(bytes, offset, end);
    if (wrong !== undefined) {
      const isLastLine = end === bytes.length - 1;
      if (isLastLine) break;
      return failure(damaged(path, chain.place.seq + 1, wrong));
    }
    offset = end + 1;
    if (chain.isAt(known)) from = { place: known, offset };
  }
  const [intact, torn] = [bytes.subarray(0, offset), bytes.subarray(offset)];
  return success({ path, intact, torn, end: chain.place, from });
}

/** The records that are still to be read, one by one, to the first that cannot be. */
export function* recordsOf({
  path,
  intact,
  from,
}: JournalContent): Generator<Result<JournalRecord, JournalUnreadable>, void> {
  let { offset, place } = from;
  let epoch = 0;
  while (offset < intact.length) {
    const end = intact.indexOf(NEWLINE, offset);
    const decoded = decodeRecord(intact.toString("utf8", offset, end), place, epoch);
    if (!decoded.ok) return yield failure(damaged(path, place.seq + 1, decoded.failure));
    const record = decoded.value;
    if (record.v > RECORD_VERSION) return yield failure(newerVersion(path, record));
    yield success(record);
    epoch = record.epoch;
    place = { seq: record.seq, sum: "" };
    offset = end + 1;
  }
}

/** Of the last record; 0 where there is none. */
export function lastEpoch({ intact }: JournalContent): number {
  const start = intact.lastIndexOf(NEWLINE, -2) + 1;
  const record = parseJson(intact.toString("utf8", start));
  return isObject(record) && typeof record.epoch === "number" ? record.epoch : 0;
}

const NEWLINE = 0x0a;

async function readIfExists(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return Buffer.alloc(0);
    throw error;
  }
}
