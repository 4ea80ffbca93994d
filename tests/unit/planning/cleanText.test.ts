import { expect, test } from "bun:test";
import { cleanLine, cleanText } from "../../../src/planning/cleanText.ts";

test("blanks at the ends of lines and repeated blank lines are dropped, the rest is as written", () => {
  expect(cleanText(" a \t\n\n \n\n  b  c\u00a0\n")).toBe("a\n\n  b  c");
  expect(cleanLine(" a \n\n b\t c ")).toBe("a b c");
});

test("a long run of blanks takes no longer than other text", () => {
  const startedAt = performance.now();
  expect(cleanText(`${" ".repeat(400_000)}x`)).toBe("x");
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
