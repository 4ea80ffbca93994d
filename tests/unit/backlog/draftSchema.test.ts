import { expect, test } from "bun:test";
import { decodeDraft } from "../../../src/backlog/draftSchema.ts";

test("what is meant is taken: one text for a list, null for nothing, commands as mappings, the list by itself", () => {
  const task = {
    id: "A",
    title: " Two\nlines ",
    description: "Do\u0000 it.\r\n",
    depends_on: null,
    files: "src/a.ts",
    reads: "",
    context: "  ",
    acceptance: [{ run: "npm test" }, "npm run lint"],
    complexity: "medium",
    notes: "unknown",
  };
  const expected = {
    id: "A",
    title: "Two lines",
    description: "Do it.\n",
    files: ["src/a.ts"],
    reads: [],
    context: "",
    acceptance: [{ run: "npm test" }, { run: "npm run lint" }],
  };
  expect(decodeDraft({ tasks: [task], goal_checks: "npm test" })).toEqual({
    tasks: [expected],
    goalChecks: [{ run: "npm test" }],
  });
  expect(decodeDraft([task])?.tasks).toEqual([expected]);
});

test("what has another shape is left for the schema to name", () => {
  expect(decodeDraft({ tasks: [7, { id: 3, files: { a: 1 }, title: ["x"] }] })?.tasks).toEqual([
    7,
    { id: 3, files: { a: 1 }, title: ["x"], acceptance: [] },
  ]);
  for (const none of [undefined, null, "text", 3, {}, { tasks: {} }, { tasks: "none" }]) {
    expect(decodeDraft(none)).toBeUndefined();
  }
});
