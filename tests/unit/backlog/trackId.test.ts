import { expect, test } from "bun:test";
import fc from "fast-check";
import { trackIdFromTitle } from "../../../src/backlog/trackId.ts";

test.each([
  ["Add rate limits!", "add-rate-limits"],
  ["Café & Crème (v2)", "cafe-creme-v2"],
  ["  --x--  ", "x"],
  [`${"word ".repeat(20)}`, "word-word-word-word-word-word-word-word-word-wor"],
])("%j becomes %s", (title, id) => {
  expect(trackIdFromTitle(title)).toBe(id);
});

test("any title gives a valid id; titles without Latin letters give different ones", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (title) => {
      expect(trackIdFromTitle(title)).toMatch(/^[a-z0-9][a-z0-9-]{0,47}$/u);
    }),
  );
  expect(trackIdFromTitle("限流")).not.toBe(trackIdFromTitle("缓存"));
});
