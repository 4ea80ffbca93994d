import { expect, test } from "bun:test";
import { jsonInText } from "../../../src/core/jsonInText.ts";

test("the whole text, the last closed fence, or what stands between the braces", () => {
  expect(jsonInText(' {"a": 1}\n')).toEqual({ a: 1 });
  expect(jsonInText('First:\n```json\n{"a": 1}\n```\nbetter:\n  ~~~\n{"a": 2}\n  ~~~\nSo {it} is.')).toEqual({ a: 2 });
  expect(jsonInText('Here: {"a": "```"} as asked')).toEqual({ a: "```" });
  expect(jsonInText('```json\n{"a": 1}')).toEqual({ a: 1 });
  expect(jsonInText("no JSON at all")).toBeUndefined();
});

test("an answer of nothing but fences is read in time that grows with its length", () => {
  const startedAt = performance.now();
  for (const piece of ["~", "```\n", "~~~a\n", "`".repeat(40)]) jsonInText(piece.repeat(300_000 / piece.length));
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
