import { expect, test } from "bun:test";
import { languageOf, termsOf } from "../../../../src/monitoring/drift/terms.ts";

test("identifiers come apart, endings and general words say nothing", () => {
  expect(termsOf("The cartTotals helper: cart_total")).toEqual(new Set(["cart", "total", "helpe"]));
  expect(termsOf("let me run the tests again")).toEqual(new Set());
});

test("accents make no difference, and scripts without spaces are compared by pairs", () => {
  expect(termsOf("Gebühren")).toEqual(termsOf("GEBUHREN"));
  expect(termsOf("下書き")).toEqual(new Set(["下書", "書き"]));
});

test("languages are told apart by script or function words", () => {
  expect(languageOf("the counter is kept in the session")).toBe("en");
  expect(languageOf("der Zähler wird in der Sitzung gehalten und nicht gelöscht")).toBe("de");
  expect(languageOf("le compteur est dans la session et les erreurs sont comptées")).toBe("fr");
  expect(languageOf("下書きを自動保存する")).toBe("japanese");
  expect(languageOf("Счётчик хранится в сессии")).toBe("cyrillic");
  expect(languageOf("ok")).toBeUndefined();
});
