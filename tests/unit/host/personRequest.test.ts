import { expect, test } from "bun:test";
import { personRequestOf } from "../../../src/host/personRequest.ts";

const whyNot = (given: Readonly<Record<string, unknown>>) => {
  const request = personRequestOf(given);
  return request.ok ? undefined : request.failure;
};

test("a question is passed on as it may be shown: without what hides in it, options one line each, none twice", () => {
  const given = { message: " Which\u202e\u001b[2J one?\r\nSay. ", options: ["a\nb", "c", "c"], resume_id: "here" };
  expect(personRequestOf(given)).toEqual({
    ok: true,
    value: { message: "Which one?\nSay.", options: ["a b", "c"], resumeId: "here" },
  });
});

test("options and a name for the place can be left out, as models do in several ways", () => {
  const value = { message: "Which?", options: [] };
  for (const rest of [{}, { options: null }, { options: [], resume_id: "" }, { resume_id: null }])
    expect(personRequestOf({ message: "Which?", ...rest })).toEqual({ ok: true, value });
});

test.each([
  ["`message` is missing", {}],
  ["`message` is missing", { message: "  \n" }],
  ["`message` is missing", { message: ["Which?"] }],
  ["`message` is 2001 characters long, at most 2000", { message: "x".repeat(2_001) }],
  ["`options` has to be a list", { message: "Which?", options: "a or b" }],
  ["`options` has to be a list", { message: "Which?", options: [{ label: "a" }] }],
  ["one of the `options` is empty", { message: "Which?", options: ["a", " "] }],
  ["one of the `options` is 201 characters long", { message: "Which?", options: ["x".repeat(201)] }],
  ["there are 7 `options`, at most 6", { message: "Which?", options: [..."abcdefg"] }],
  ["`resume_id` is 201 characters long", { message: "Which?", resume_id: "x".repeat(201) }],
])("arguments that cannot be asked with are answered with what is wrong: %s", (words, given) => {
  expect(whyNot(given)).toStartWith("Nobody was asked: ");
  expect(whyNot(given)).toContain(words);
});
