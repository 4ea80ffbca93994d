import { expect, test } from "bun:test";
import { normalised, termsOf } from "../../../src/planning/terms.ts";

test.each([
  ["Implement the rate limiter", "Rate limiting"],
  ["Persist sessions", "session storage"],
  ["Write unit-tests for parseConfig", "Testing the config parser (unit)"],
  ["Validation of users' logins", "Validate user login"],
  ["Déployer", "deployer"],
])("%s and %s have the same terms", (left, right) => {
  expect(new Set(termsOf(left))).toEqual(new Set(termsOf(right)));
});

test.each([
  ["import", "export"],
  ["login", "logout"],
  ["phase 1", "phase 2"],
  ["テスト", "実装"],
])("%s and %s have different terms", (left, right) => {
  expect(termsOf(left)).not.toEqual(termsOf(right));
});

test("texts that differ in case, accents and punctuation only are equal when normalised", () => {
  expect(normalised("Add: the Café-Cache!")).toBe(normalised("add the cafe cache"));
  expect(normalised("add the cache")).not.toBe(normalised("add a cache"));
});
