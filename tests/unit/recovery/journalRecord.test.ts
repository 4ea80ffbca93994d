import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BEGINNING, decodeRecord, encodeRecord, RecordChain } from "../../../src/recovery/journalRecord.ts";

const RECORD = { seq: 1, time: 5, epoch: 2, event: { type: "landed" } };

/** What the chain finds wrong with a journal's first line. */
function wrongWith(line: string): string | undefined {
  const bytes = Buffer.from(line);
  return new RecordChain().follow(bytes, 0, bytes.length);
}

describe("journal records", () => {
  test("have the published form", () => {
    const { line } = encodeRecord({ seq: 1, time: 5, epoch: 2, event: { type: "x" } }, BEGINNING.sum);
    // The checksum as anybody can compute it: sha256 over 32 zeros and the record without `sum`, 32 hex characters.
    const sum = new Bun.CryptoHasher("sha256")
      .update(`${"0".repeat(32)}{"v":2,"seq":1,"time":5,"epoch":2,"event":{"type":"x"}}`)
      .digest("hex")
      .slice(0, 32);
    expect(line).toBe(`{"v":2,"seq":1,"time":5,"epoch":2,"event":{"type":"x"},"sum":"${sum}"}\n`);
  });

  test("any JSON comes back as it was, on one line", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const event = JSON.parse(JSON.stringify(value));
        const { line } = encodeRecord({ ...RECORD, event }, BEGINNING.sum);
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(wrongWith(line.slice(0, -1))).toBeUndefined();
        const decoded = decodeRecord(line.slice(0, -1), BEGINNING, 0);
        expect(decoded).toEqual({ ok: true, value: { ...RECORD, v: 2, event } });
      }),
    );
  });

  test("no changed character goes unnoticed", () => {
    const { line } = encodeRecord(RECORD, BEGINNING.sum);
    for (let index = 0; index < line.length - 1; index++) {
      const changed = `${line.slice(0, index)}${line[index] === "1" ? "2" : "1"}${line.slice(index + 1, -1)}`;
      expect({ index, isFound: wrongWith(changed) !== undefined }).toEqual({ index, isFound: true });
    }
  });

  test("lines are chained, however long they are: none is missing, doubled or in another place", () => {
    const first = encodeRecord({ ...RECORD, event: "é".repeat(10_000) }, BEGINNING.sum);
    const second = encodeRecord({ ...RECORD, seq: 2 }, first.sum);
    const bytes = Buffer.from(first.line + second.line);
    const between = bytes.indexOf("\n");
    const chain = new RecordChain();
    expect(chain.follow(bytes, 0, between)).toBeUndefined();
    expect(chain.place).toEqual({ seq: 1, sum: first.sum });
    expect(chain.follow(bytes, 0, between)).toContain("does not match");
    expect(chain.follow(bytes, between + 1, bytes.length - 1)).toBeUndefined();
    expect(chain.place).toEqual({ seq: 2, sum: second.sum });
    expect(wrongWith(second.line.slice(0, -1))).toContain("does not match");
  });

  test("a record out of its place is refused even if its checksum is right", () => {
    const line = encodeRecord({ ...RECORD, seq: 2 }, BEGINNING.sum).line.slice(0, -1);
    expect(decodeRecord(line, BEGINNING, 0)).toEqual({ ok: false, failure: "its number is 2 where 1 is due" });
    expect(decodeRecord(line, { seq: 1, sum: "" }, 3)).toEqual({ ok: false, failure: "its epoch 2 is over" });
  });
});
