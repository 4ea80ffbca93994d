import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { utf8Length } from "../../../../src/core/utf8.ts";
import {
  GAP_PLAN_PROMPT_VERSION,
  GAP_PLAN_SYSTEM,
  gapPlanPrompt,
} from "../../../../src/implementation/goal/gapPlanPrompt.ts";
import type { MissingPart } from "../../../../src/implementation/goal/goalCheck.ts";
import { REVIEW_PROMPT_VERSION, REVIEW_SYSTEM, reviewPrompt } from "../../../../src/verification/goalReviewPrompt.ts";
import { makeFacts } from "../../backlog/facts.ts";
import { makeBacklog, makeTask } from "../../backlog/fixtures.ts";

const command = (run: string, output: string, failedCommand = run): MissingPart => ({
  kind: "command",
  command: run,
  failed: {
    ...{ command: failedCommand, how: "failed with exit status 1", output, aborted: false, hasVerdict: true },
    ...{ assertions: [], fingerprints: [] },
  },
});
const criterion = (text: string): MissingPart => ({ kind: "criterion", criterion: text, why: "there is none" });

const material = (missing: readonly MissingPart[], tasks = [makeTask({ id: "T1", context: "private" })]) => ({
  ...{ missing, backlog: makeBacklog(tasks), facts: makeFacts({ "src/T1.ts": 10 }), idPrefix: "G1" },
});

/** Digest of everything that agents of a version are told. Another digest needs another version. */
const KNOWN = {
  "gap-plan-1": "ab6c0fb1667c5987",
  "goal-review-1": "f8d671563e24e606",
};

const digest = (...words: string[]) => createHash("sha256").update(words.join("\0")).digest("hex").slice(0, 16);

test("what the agents of the goal are told has the version that is recorded", () => {
  const missing = [command("test", "why"), command("test", "", "npm ci"), criterion("It works")];
  const review = { title: "T", criteria: ["A", "B"], tasks: [makeTask({ id: "T1" })], changedPaths: ["a"] };
  expect({
    [GAP_PLAN_PROMPT_VERSION]: digest(GAP_PLAN_SYSTEM, gapPlanPrompt(material(missing))),
    [REVIEW_PROMPT_VERSION]: digest(REVIEW_SYSTEM, reviewPrompt(review)),
  }).toEqual(KNOWN);
});

test("a request holds the end of what a command printed, and nothing from one task's own text", () => {
  const prompt = gapPlanPrompt(material([command("npm test", `${"early\n".repeat(2_000)}the last line`)]));
  expect(prompt).toContain("the last line");
  expect(prompt).not.toContain("private");
});

test("it stays small however much is missing, and says what it leaves out", () => {
  const many = Array.from({ length: 300 }, (_, index) => criterion(`${index} ${"c".repeat(5_000)}`));
  const tasks = Array.from({ length: 1_000 }, (_, index) =>
    makeTask({ id: `T${index}`, files: Array.from({ length: 30 }, (_, file) => `src/${index}/${file}`) }),
  );
  const prompt = gapPlanPrompt(material(many, tasks));
  expect(utf8Length(prompt)).toBeLessThan(40 * 1024);
  expect(prompt.match(/and \d+ more/gu)).toHaveLength(2);
});
