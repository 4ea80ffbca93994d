import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type FailedTaskFacts, failurePage, type PageAttempt } from "../../../src/rebasing/failurePage.ts";
import { anyTextAtAll } from "./messes.ts";

const attempt = (number: number, more: Partial<PageAttempt> = {}): PageAttempt => ({
  number,
  model: "some/model",
  base: "b".repeat(40),
  says: `'npm test' failed for the ${number}. time`,
  mess: "acceptance",
  archivedRef: `refs/mac/attempts/r1/T001/${number}`,
  ...more,
});

const facts = (more: Partial<FailedTaskFacts> = {}): FailedTaskFacts => ({
  task: { id: "T001", title: "Add a cart", files: ["src/cart.ts"], acceptance: [{ run: "npm test" }] },
  runId: "r1",
  because: "all 2 attempts failed",
  attempts: [attempt(1), attempt(2, { archivedRef: undefined, mess: "drift" })],
  grantedPaths: ["src/price.ts"],
  lastCheck: { command: "npm test", output: `${"early\n".repeat(50)}\u001b[31mexpected 3\u001b[0m\n` },
  lessons: [
    { attempt: 1, model: undefined, mess: "acceptance", text: "cart.test.ts:3 failed\nMake it pass." },
    { attempt: 2, model: undefined, mess: "acceptance", text: "cart.test.ts:4 failed" },
  ],
  controlGit: "/home/x y/it's/control.git",
  backlogFile: "tasks/BACKLOG.yaml",
  ...more,
});

describe("failurePage", () => {
  test("holds the task, its scope, each attempt with the way to look at it, the last output, lessons and what to try", () => {
    expect(failurePage(facts())).toBe(`# T001: Add a cart

Failed in run r1: all 2 attempts failed
- may write: src/cart.ts
- was granted as well: src/price.ts
- is done when these pass: npm test

## Attempts
- 1. some/model, acceptance: 'npm test' failed for the 1. time
  \`git --git-dir='/home/x y/it'\\''s/control.git' diff ${"b".repeat(40)} refs/mac/attempts/r1/T001/1\`
- 2. some/model, drift: 'npm test' failed for the 2. time
  It left nothing.

## The last command that failed: npm test

${"    early\n".repeat(10)}    expected 3

## What the next attempt would have been told
- attempt 2, acceptance: cart.test.ts:4 failed
- attempt 1, acceptance: cart.test.ts:3 failed
  Make it pass.

## What to try
- 2 attempts failed for the same sort of reason: acceptance.
- Run the last failing command by hand on the branch: can it pass with changes to the task's \`files\` alone?
- If it can, name the failing place and what is expected there in the description; if not, widen \`files\` or mend the command.
- Then set the status of T001 to pending in tasks/BACKLOG.yaml and run implement again.
`);
  });

  test("a task that never came to an attempt says so by what there is", () => {
    const page = failurePage(
      facts({ attempts: [], lessons: [], lastCheck: undefined, because: "its message is too large" }),
    );
    expect(page).toContain("Failed in run r1: its message is too large\n");
    expect(page).not.toContain("## Attempts");
    expect(page).toContain("- Then set the status of T001 to pending");
  });

  test("of many attempts the last ones, with the number of those left out", () => {
    const attempts = Array.from({ length: 20 }, (_, index) => attempt(index + 1));
    const page = failurePage(facts({ attempts }));
    expect(page).toContain("- (14 earlier ones left out)\n- 15. some/model");
    expect(page).toContain("- 20. some/model");
  });

  test("any facts: at most 60 lines, nothing that steers a terminal, the commands to copy whole", () => {
    const text = anyTextAtAll(300);
    const anyFacts = fc.record({
      because: text,
      title: text,
      files: fc.array(text, { maxLength: 30 }),
      run: text,
      says: text,
      output: anyTextAtAll(3_000),
      lesson: anyTextAtAll(600),
      count: fc.nat(12),
    });
    fc.assert(
      fc.property(anyFacts, ({ because, title, files, run, says, output, lesson, count }) => {
        const attempts = Array.from({ length: count }, (_, index) => attempt(index + 1, { says }));
        const lessons = attempts.map(({ number }) => ({
          attempt: number,
          model: undefined,
          mess: "verify",
          text: lesson,
        }));
        const task = { id: "T001", title, files, acceptance: [{ run }] };
        const page = failurePage(
          facts({ because, task, attempts, lessons, grantedPaths: files, lastCheck: { command: run, output } }),
        );
        expect(page.split("\n").length).toBeLessThanOrEqual(61);
        expect(page).not.toMatch(/(?!\n|\t)[\p{Cc}\p{Cs}\u{202e}]/u);
        for (const { archivedRef } of attempts.slice(-6)) expect(page).toContain(` ${archivedRef}\`\n`);
      }),
      { numRuns: 100 },
    );
  });
});
