import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodePlanAnswer } from "../../../src/planning/planAnswerSchema.ts";

const ITEM = {
  id: "1",
  title: "Do it",
  description: "All of it",
  files: ["src/a.ts"],
  depends_on: [],
  acceptance: ["Works"],
};
const ANSWER = { title: "T", goal: "G", approach: "A", items: [ITEM], risks: [], acceptance: [] };

function decoded(value: unknown) {
  const result = decodePlanAnswer(value);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

function refusal(value: unknown): string {
  const result = decodePlanAnswer(value);
  if (result.ok) throw new Error("was accepted");
  return result.failure;
}

test("a complete answer comes back unchanged", () => {
  expect(decoded({ ...ANSWER, items: [{ ...ITEM, effort: "small" }] })).toEqual({
    answer: { ...ANSWER, items: [{ ...ITEM, effort: "small" }] },
    notes: [],
  });
});

test("what cannot change the meaning is mended", () => {
  const messy = {
    title: "  A\ttitle\u001b[31m \u202e",
    goal: "One\r\n\r\n\r\n\r\ntwo  \n",
    approach: "A",
    confidence: 0.9,
    items: [
      { id: 1, title: "First", files: ["./src\\a.ts", "src//a.ts", " "], effort: "Small", acceptance: null },
      { id: "2", title: "Second", description: "D", depends_on: ["1", "1", ""], effort: null },
    ],
  };
  expect(decoded(messy).answer).toEqual({
    title: "A title",
    goal: "One\n\ntwo",
    approach: "A",
    items: [
      {
        id: "1",
        title: "First",
        description: "First",
        files: ["src/a.ts"],
        depends_on: [],
        acceptance: [],
        effort: "small",
      },
      { id: "2", title: "Second", description: "D", files: [], depends_on: ["1"], acceptance: [] },
    ],
    risks: [],
    acceptance: [],
  });
});

test("paths outside the repository and unknown dependencies are left out with a note", () => {
  const files = ["/etc/passwd", "../x", "C:\\x", "~/x", ".git/config", "a/../../b", "`docs/x.md`", "lib/", "a/../b.ts"];
  const { answer, notes } = decoded({ ...ANSWER, items: [{ ...ITEM, files, depends_on: ["1", "nine"] }] });
  expect(answer.items[0]?.files).toEqual(["docs/x.md", "lib/**", "b.ts"]);
  expect(answer.items[0]?.depends_on).toEqual([]);
  expect(notes).toHaveLength(8);
  expect(notes[0]).toBe("Item 1: /etc/passwd is not inside the repository; left out.");
  expect(notes.at(-1)).toBe("Item 1: it depends on nine, which is no other item; left out.");
});

describe("refused, naming the field", () => {
  test.each([
    [undefined, "it is nothing"],
    ["text", "it is a string"],
    [[ANSWER], "it is a list"],
    [{ ...ANSWER, goal: " " }, "goal: must NOT have fewer than 1 characters"],
    [{ ...ANSWER, title: 7 }, "title: must be string"],
    [{ ...ANSWER, items: [] }, "items: must NOT have fewer than 1 items"],
    [{ ...ANSWER, items: ["x"] }, "items.0: must be object"],
    [
      { ...ANSWER, items: [{ ...ITEM, effort: "huge" }] },
      "items.0.effort: must be equal to one of the allowed values: small, medium, large",
    ],
    [{ ...ANSWER, items: [{ ...ITEM, files: "src/a.ts" }] }, "items.0.files: must be array"],
    [{ ...ANSWER, items: [ITEM, ITEM] }, 'the id "1" is used twice'],
    [
      { ...ANSWER, items: Array.from({ length: 201 }, (_, id) => ({ ...ITEM, id })) },
      "items: must NOT have more than 200 items",
    ],
    [{ ...ANSWER, approach: "x".repeat(4_001) }, "approach: must NOT have more than 4000 characters"],
  ])("%#", (value, message) => {
    expect(refusal(value)).toContain(message);
  });

  test("all problems at once, in few lines", () => {
    const lines = refusal({ items: Array.from({ length: 50 }, () => ({})) }).split("\n");
    expect(lines[0]).toBe("the answer: must have required property 'title'");
    expect(lines).toHaveLength(11);
  });
});

test("200 items are accepted, and no value makes it throw", () => {
  const items = Array.from({ length: 200 }, (_, id) => ({ ...ITEM, id }));
  expect(decoded({ ...ANSWER, items }).answer.items).toHaveLength(200);
  fc.assert(fc.property(fc.anything(), (value) => void decodePlanAnswer(value)));
});
