import * as crypto from "node:crypto";
import { isObject } from "../core/isObject.ts";
import { parseJson } from "../core/parseJson.ts";
import { failure, type Result, success } from "../core/result.ts";
import { RECORD_VERSION } from "./journalUpgrades.ts";

/** One line of a journal, without its checksum. `event` is what was recorded, as plain JSON data. */
export interface JournalRecord {
  /** Which shapes of events it was written with. */
  readonly v: number;
  /** 1, 2, 3, … without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Which ownership of the run wrote it: never falls within a journal. */
  readonly epoch: number;
  readonly event: unknown;
}

/** A place between two records: after the one of this number, to whose checksum the next is chained. */
export interface JournalPlace {
  readonly seq: number;
  readonly sum: string;
}

/** Before the first record. */
export const BEGINNING: JournalPlace = { seq: 0, sum: "0".repeat(32) };

/** A record's line, newline included, and the checksum that the next one is chained to. */
export function encodeRecord(
  record: Omit<JournalRecord, "v">,
  previousSum: string,
): { readonly line: string; readonly sum: string } {
  const { seq, time, epoch, event } = record;
  const body = JSON.stringify({ v: RECORD_VERSION, seq, time, epoch, event });
  const sum = sha256(previousSum + body).slice(0, SUM_DIGITS);
  return { line: `${body.slice(0, -1)}${SUM_KEY}${sum}"}\n`, sum };
}

/** The record in a line that the chain has found to be as it was written. The failure says in words what is wrong. */
export function decodeRecord(line: string, place: JournalPlace, minEpoch: number): Result<JournalRecord, string> {
  const record = parseJson(line);
  if (!isRecord(record)) return failure("it is not a journal record");
  const { v, seq, time, epoch, event } = record;
  if (seq !== place.seq + 1) return failure(`its number is ${seq} where ${place.seq + 1} is due`);
  if (epoch < minEpoch) return failure(`its epoch ${epoch} is over`);
  return success({ v, seq, time, epoch, event });
}

/**
 * Follows the checksums of a journal's lines, as bytes: nothing is parsed. Each covers the bytes of its line as they
 * stand before `,"sum":`, closed by a `}`, and the checksum before it.
 */
export class RecordChain {
  private seq = BEGINNING.seq;
  private sum = BEGINNING.sum;
  /** What is hashed at a time: hashing one piece of memory takes half as long as hashing three. */
  private covered = Buffer.alloc(4_096);

  /** After the last line that was sound. */
  get place(): JournalPlace {
    return { seq: this.seq, sum: this.sum };
  }

  isAt({ seq, sum }: JournalPlace): boolean {
    return this.seq === seq && this.sum === sum;
  }

  /** Goes on over the line from `start` to `end`, its newline left out. @returns what is wrong with it, in words */
  follow(bytes: Buffer, start: number, end: number): string | undefined {
    const bodyEnd = Math.max(start, end - SUM_LENGTH);
    const ending = bytes.toString("latin1", bodyEnd, end);
    const sum = this.sumOf(bytes.subarray(start, bodyEnd));
    if (ending !== `${SUM_KEY}${sum}"}`) {
      return SUM_ENDING.test(ending)
        ? "its checksum does not match its text and the lines before it"
        : "it does not end in a checksum";
    }
    this.seq += 1;
    this.sum = sum;
    return undefined;
  }

  private sumOf(body: Buffer): string {
    const length = SUM_DIGITS + body.length + 1;
    if (this.covered.length < length) this.covered = Buffer.alloc(2 * length);
    this.covered.write(this.sum, "latin1");
    body.copy(this.covered, SUM_DIGITS);
    this.covered[length - 1] = CLOSING_BRACE;
    return sha256(this.covered.subarray(0, length)).slice(0, SUM_DIGITS);
  }
}

const CLOSING_BRACE = 0x7d;
const SUM_DIGITS = 32;
const SUM_KEY = ',"sum":"';
const SUM_ENDING = /^,"sum":"[0-9a-f]{32}"\}$/;
const SUM_LENGTH = SUM_KEY.length + SUM_DIGITS + 2;

/** The one-shot form is three times as fast where it exists (Node 20.12 and later, Bun). */
const sha256: (data: string | Uint8Array) => string =
  typeof crypto.hash === "function"
    ? (data) => crypto.hash("sha256", data, "hex")
    : (data) => crypto.createHash("sha256").update(data).digest("hex");

function isRecord(value: unknown): value is JournalRecord {
  return (
    isObject(value) &&
    typeof value.v === "number" &&
    typeof value.seq === "number" &&
    typeof value.time === "number" &&
    typeof value.epoch === "number" &&
    "event" in value
  );
}
