import * as crypto from "node:crypto";
import { parseJson } from "../core/parseJson.ts";
import { failure, type Result, success } from "../core/result.ts";

/** One line of a journal, without its checksum. `event` is what was recorded, as plain JSON data. */
export interface JournalRecord {
  /** Version of the record's own shape; the event inside carries its meaning itself. */
  readonly v: 1;
  /** 1, 2, 3, … without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Which ownership of the run wrote it: never falls within a journal. */
  readonly epoch: number;
  readonly event: unknown;
}

/** What the checksum of the first record is chained to. */
export const FIRST_LINK = "0".repeat(32);

/** A record's line, newline included, and the checksum that the next one is chained to. */
export function encodeRecord(record: JournalRecord, previousSum: string): { readonly line: string; sum: string } {
  const { v, seq, time, epoch, event } = record;
  const body = JSON.stringify({ v, seq, time, epoch, event });
  const sum = chainedSum(previousSum, body);
  return { line: `${body.slice(0, -1)}${SUM_KEY}${sum}"}\n`, sum };
}

/**
 * Reads a line written by `encodeRecord`, without its newline. The checksum covers the bytes as they stand before
 * `,"sum":`, so checking needs no second serialisation. The failure says in words what is wrong.
 */
export function decodeRecord(
  line: string,
  expected: { readonly seq: number; readonly minEpoch: number; readonly previousSum: string },
): Result<{ readonly record: JournalRecord; readonly sum: string }, string> {
  const ending = SUM_ENDING.exec(line.slice(-SUM_LENGTH));
  if (!ending?.[1]) return failure("it does not end in a checksum");
  const body = `${line.slice(0, -SUM_LENGTH)}}`;
  const sum = ending[1];
  if (chainedSum(expected.previousSum, body) !== sum) {
    return failure("its checksum does not match its text and the lines before it");
  }
  const record = parseJson(body);
  if (!isRecord(record)) return failure("it is not a journal record of version 1");
  if (record.seq !== expected.seq) return failure(`its number is ${record.seq} where ${expected.seq} is due`);
  if (record.epoch < expected.minEpoch) return failure(`its epoch ${record.epoch} is over`);
  return success({ record, sum });
}

const SUM_KEY = ',"sum":"';
const SUM_ENDING = /^,"sum":"([0-9a-f]{32})"\}$/;
const SUM_LENGTH = SUM_KEY.length + 32 + 2;

function chainedSum(previousSum: string, body: string): string {
  return sha256(previousSum + body).slice(0, 32);
}

/** The one-shot form is three times as fast where it exists (Node 20.12 and later, Bun). */
const sha256: (text: string) => string =
  typeof crypto.hash === "function"
    ? (text) => crypto.hash("sha256", text, "hex")
    : (text) => crypto.createHash("sha256").update(text).digest("hex");

function isRecord(value: unknown): value is JournalRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    "v" in value &&
    value.v === 1 &&
    "seq" in value &&
    typeof value.seq === "number" &&
    "time" in value &&
    typeof value.time === "number" &&
    "epoch" in value &&
    typeof value.epoch === "number" &&
    "event" in value
  );
}
