import { expect, test } from "bun:test";
import {
  answerFlags,
  inquiryLine,
  inquirySentence,
  inquiryText,
} from "../../../../src/implementation/attempts/inquiryText.ts";
import type { Inquiry } from "../../../../src/recovery/taskState.ts";

const asked = (question: string, ...options: string[]): Inquiry => ({
  kind: "question",
  checkpoint: "run-T1-1",
  question,
  reasons: [],
  options,
  answer: undefined,
});

const approval: Inquiry = {
  ...asked("may it land? a.test.js: 1 test fewer (and 1 more)."),
  kind: "approval",
  reasons: ["a.test.js: 1 test fewer", "b.lock: changed"],
};

test("a question is one line where there is room for one, and whole where it is asked for", () => {
  const long = asked(`Which?\n${"word ".repeat(100)}`, "a", "b");
  expect(inquiryLine(long)).toStartWith("Which? word word");
  expect(inquiryLine(long).length).toBe(300);
  expect(inquiryLine(long)).toEndWith("…");
  expect(inquiryText(long)).toStartWith("Which?\nword ");
  expect(inquiryText(long)).toEndWith('\n  "a"\n  "b"');
  expect(inquiryText(approval)).toBe(`${approval.question}\n  a.test.js: 1 test fewer\n  b.lock: changed`);
});

test("no escape sequence of a model's reaches the terminal", () => {
  expect(inquiryText(asked("Which\u001b[2J?", "\u001b]0;x\u0007a"))).toBe('Which?\n  "a"');
});

test("what a task wants is a sentence", () => {
  expect(inquirySentence(asked("Which?"))).toBe("asks you: Which?");
  expect(inquirySentence(asked("Name the color"))).toBe("asks you: Name the color.");
  expect(inquirySentence(approval)).toBe(`waits for you: ${approval.question}`);
});

test("the command to answer with can be copied as it is", () => {
  const flags = (...options: string[]) =>
    answerFlags(asked("Which?", ...options)).replace("--checkpoint=run-T1-1 ", "");
  expect(flags()).toBe('--input="…" (your own words)');
  expect(flags("the old")).toBe('--input="the old" (or your own words)');
  expect(flags("the old", "the new")).toBe('--input="the old" (or "the new", or your own words)');
  expect(answerFlags(approval)).toEndWith("--input=approve (other words send it back with them)");
});

test.each(["$(touch x)", "`touch x`", 'a"; touch x; "', "a\\", "!x", "a\nb"])(
  "what a shell would take for a command is not put where it is copied from: %p",
  (option) => {
    expect(answerFlags(asked("Which?", option, "b"))).toStartWith('--checkpoint=run-T1-1 --input="…" (');
  },
);
