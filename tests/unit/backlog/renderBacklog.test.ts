import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseBacklogDocument } from "../../../src/backlog/backlogDocument.ts";
import { decodeBacklog } from "../../../src/backlog/decodeBacklog.ts";
import { renderBacklog } from "../../../src/backlog/renderBacklog.ts";
import type { Backlog } from "../../../src/types.ts";
import { anyText, makeBacklog, makeTask } from "./fixtures.ts";

function readBack(text: string): Backlog {
  const document = parseBacklogDocument("f", Buffer.from(text));
  if (!document.ok) throw new Error(`${JSON.stringify(document.failure)}\n${text}`);
  return decodeBacklog(document.value.value);
}

test("reads well, in the contract's order", () => {
  const backlog = makeBacklog(
    [
      makeTask({ id: "T001", description: "First.\n\n- point\n" }),
      makeTask({ id: "T002", depends_on: ["T001"], acceptance: [{ run: "npm test" }], complexity: "simple" }),
    ],
    {
      plan: "tasks/PLAN.md",
      base: "0123456789".repeat(4),
      verify: ["npm test"],
      goal: { criteria: ["It works."], checks: [{ run: "npm run e2e" }] },
    },
  );
  expect(renderBacklog(backlog, ["Drafted.", "Two\nlines"])).toBe(`# Drafted.
# Two
# lines
version: 1
track_id: a-track
title: A feature
plan: tasks/PLAN.md
base: "0123456789012345678901234567890123456789"
goal:
  criteria:
    - It works.
  checks:
    - run: npm run e2e
verify:
  - npm test
tasks:
  - id: T001
    title: Title of T001
    description: |
      First.

      - point
    depends_on: []
    files: [src/T001.ts]
    status: pending

  - id: T002
    title: Title of T002
    description: |
      Do T002.
    depends_on: [T001]
    files: [src/T002.ts]
    acceptance:
      - run: npm test
    complexity: simple
    status: pending
`);
});

test("any texts come back as they were, and the bytes are the same each time", () => {
  const text = (maxLength: number) => anyText({ minLength: 1, maxLength });
  const anyBacklog = fc.record({
    title: text(30),
    criteria: fc.array(text(40), { minLength: 1, maxLength: 3 }),
    note: text(30),
    tasks: fc.array(
      fc.record({
        title: text(40),
        description: text(300),
        context: anyText({ maxLength: 200 }),
        files: fc.array(text(40), { maxLength: 4 }),
        reads: fc.array(text(40), { maxLength: 4 }),
        run: text(60),
        network: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });
  fc.assert(
    fc.property(anyBacklog, ({ tasks, criteria, note, title }) => {
      const backlog = makeBacklog(
        tasks.map(({ run, ...fields }, index) => makeTask({ id: `T${index}`, ...fields, acceptance: [{ run }] })),
        { title, goal: { criteria, checks: [] } },
      );
      const rendered = renderBacklog(backlog, [note]);
      expect(readBack(rendered)).toEqual(backlog);
      expect(renderBacklog(readBack(rendered), [note])).toBe(rendered);
    }),
    { numRuns: 80 },
  );
});
