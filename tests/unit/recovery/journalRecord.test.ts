import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeRecord, encodeRecord, FIRST_LINK } from "../../../src/recovery/journalRecord.ts";

const EXPECTED = { seq: 1, minEpoch: 0, previousSum: FIRST_LINK };

describe("journal records", () => {
  test("have the published form", () => {
    const { line } = encodeRecord({ v: 1, seq: 1, time: 5, epoch: 2, event: { type: "x" } }, FIRST_LINK);
    // The checksum as anybody can compute it: sha256 over 32 zeros and the record without `sum`, 32 hex characters.
    const sum = new Bun.CryptoHasher("sha256")
      .update(`${"0".repeat(32)}{"v":1,"seq":1,"time":5,"epoch":2,"event":{"type":"x"}}`)
      .digest("hex")
      .slice(0, 32);
    expect(line).toBe(`{"v":1,"seq":1,"time":5,"epoch":2,"event":{"type":"x"},"sum":"${sum}"}\n`);
  });

  test("any JSON comes back as it was, on one line", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const event = JSON.parse(JSON.stringify(value));
        const { line, sum } = encodeRecord({ v: 1, seq: 1, time: 5, epoch: 2, event }, FIRST_LINK);
        expect(line.indexOf("\n")).toBe(line.length - 1);
        const decoded = decodeRecord(line.slice(0, -1), EXPECTED);
        expect(decoded).toEqual({ ok: true, value: { record: { v: 1, seq: 1, time: 5, epoch: 2, event }, sum } });
      }),
    );
  });

  test("no changed character goes unnoticed", () => {
    const { line } = encodeRecord({ v: 1, seq: 1, time: 5, epoch: 2, event: { type: "landed" } }, FIRST_LINK);
    for (let index = 0; index < line.length - 1; index++) {
      const changed = `${line.slice(0, index)}${line[index] === "1" ? "2" : "1"}${line.slice(index + 1, -1)}`;
      expect({ index, ok: decodeRecord(changed, EXPECTED).ok }).toEqual({ index, ok: false });
    }
  });

  test("a record out of its place is refused even if its checksum is right", () => {
    const { line } = encodeRecord({ v: 1, seq: 2, time: 5, epoch: 2, event: {} }, FIRST_LINK);
    expect(decodeRecord(line.slice(0, -1), EXPECTED)).toEqual({ ok: false, failure: "its number is 2 where 1 is due" });
    const late = decodeRecord(line.slice(0, -1), { ...EXPECTED, seq: 2, minEpoch: 3 });
    expect(late).toEqual({ ok: false, failure: "its epoch 2 is over" });
    const moved = decodeRecord(line.slice(0, -1), { ...EXPECTED, seq: 2, previousSum: "1".repeat(32) });
    expect(moved.ok).toBe(false);
  });
});
