import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { columnsOf, fitColumns, toPlainLine } from "../../../src/monitoring/terminalText.ts";

describe("toPlainLine", () => {
  test.each([
    ["red \u001b[31mtext\u001b[0m", "red text"],
    ["up \u001b[2A\u001b[J and away", "up and away"],
    ["title \u001b]0;owned\u0007 set", "title set"],
    ["link \u001b]8;;http://x\u001b\\here\u001b]8;;\u001b\\ end", "link here end"],
    ["8-bit \u009b31mred", "8-bit red"],
    ["string that never ends \u001bPq\u0001\u0002", "string that never ends"],
    ["two\r\nlines\tand\ttabs", "two lines and tabs"],
    ["bell\u0007 nul\u0000 del\u007f end", "bell nul del end"],
    ["safe\u202egnp.exe", "safe gnp.exe"],
    ["  naïve 日本語 👩‍👩‍👧 [brackets]  ", "naïve 日本語 👩‍👩‍👧 [brackets]"],
  ])("%j becomes %j", (text, plain) => {
    expect(toPlainLine(text)).toBe(plain);
  });

  test("never leaves a control character, whatever it is given", () => {
    const nasty = fc.constantFrom(
      "\u001b",
      "[",
      "]",
      "P",
      "\u0007",
      "\u009b",
      "\n",
      "\r",
      "\u2028",
      "\u202e",
      "m",
      "é",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(nasty, fc.string({ unit: "binary" }))), (parts) => {
        expect(toPlainLine(parts.join(""))).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe("columns", () => {
  test.each([
    ["abc", 3],
    ["naïve", 5],
    ["nai\u0308ve", 5],
    ["日本語", 6],
    ["한국어", 6],
    ["ＡＢ", 4],
    ["🚀", 2],
    ["❤️", 2],
    ["✓ …", 3],
    ["a\u200bb", 2],
    ["", 0],
  ])("%j takes %d", (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  test("a text that fits stays; a longer one ends in … and whole characters", () => {
    expect(fitColumns("abc", 3)).toBe("abc");
    expect(fitColumns("abcd", 3)).toBe("ab…");
    expect(fitColumns("日本語", 4)).toBe("日…");
    expect(fitColumns("abc", 1)).toBe("…");
    expect(fitColumns("abc", 0)).toBe("");
  });

  test("no character takes more than we count", () => {
    const underestimated: string[] = [];
    // Above plane 1 everything assigned is wide, and one code point in a hundred says as much as all.
    for (let code = 0x20; code < 0x40000; code += code < 0x20000 ? 1 : 101) {
      const character = String.fromCodePoint(code);
      if (columnsOf(character) >= Bun.stringWidth(character)) continue;
      if (!/[\p{Cc}\p{Cs}\p{Cn}]/u.test(character)) underestimated.push(code.toString(16));
    }
    expect(underestimated).toEqual([]);
  });

  test("what was fitted never takes more, by our count or by another's", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 0, max: 30 }), (text, columns) => {
        const fitted = fitColumns(text, columns);
        expect(columnsOf(fitted)).toBeLessThanOrEqual(columns);
        expect(Bun.stringWidth(fitted)).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 500 },
    );
  });
});
