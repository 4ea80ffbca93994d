import { expect, test } from "bun:test";
import { collectLongResult, leaveLongResult } from "../../../src/host/longResults.ts";

test.each([["short\n"], ["line\n".repeat(5_000)], ["é".repeat(60_000)], [""]])(
  "a result arrives whole, also when OpenCode asks twice, and is never cut on its way",
  (text) => {
    const sent = leaveLongResult(text);
    expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(50 * 1024);
    expect(sent.split("\n").length).toBeLessThanOrEqual(2_000);
    expect(collectLongResult(sent)).toBe(text);
    expect(collectLongResult(sent)).toBe(text);
  },
);

test("of many long results the latest are kept; a claim on one that is gone says what to do", () => {
  const sent = Array.from({ length: 20 }, (_, index) => leaveLongResult(`${index}\n`.repeat(3_000)));
  expect(collectLongResult(String(sent.at(-1)))).toStartWith("19\n");
  expect(collectLongResult(String(sent[0]))).toContain("run the command again");
});
