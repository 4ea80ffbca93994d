import { expect, test } from "bun:test";
import fc from "fast-check";
import { parse } from "yaml";
import { backlogDigest, taskSpecText, trackSpecText } from "../../../src/factory/specText.ts";
import type { Backlog, Task } from "../../../src/types.ts";

const TASK: Task = {
  id: "T001",
  title: "Do it",
  description: "One\nTwo\n",
  depends_on: [],
  files: ["b.ts", "a.ts"],
  reads: [],
  context: "",
  acceptance: [{ run: "bun test" }],
  allow_empty: false,
  network: true,
  status: "failed",
};
const BACKLOG: Backlog = { version: 1, track_id: "x", title: "X", verify: ["v"], setup: [], tasks: [TASK] };

test("a task's spec is what a person would write, in the contract's order, without its status", () => {
  expect(taskSpecText(TASK)).toBe(`id: T001
title: Do it
description: |
  One
  Two
files:
  - b.ts
  - a.ts
acceptance:
  - run: bun test
network: true
`);
  expect(trackSpecText(BACKLOG)).toBe("track_id: x\ntitle: X\ntasks:\n  - T001\nverify:\n  - v\nversion: 1\n");
});

test("whatever text a task holds comes back", () => {
  const text = fc.string({ unit: "binary" }).filter((one) => !/[\p{Cs}]/u.test(one));
  fc.assert(
    fc.property(text, text, fc.array(text), (description, title, files) => {
      const read = parse(taskSpecText({ ...TASK, description, title, files })) as Partial<Task>;
      expect([read.description ?? "", read.title ?? "", read.files ?? []]).toEqual([description, title, files]);
    }),
    { numRuns: 200 },
  );
});

test("the digest tells what is said apart, and nothing else", () => {
  const digestWith = (more: Partial<Task>) => backlogDigest({ ...BACKLOG, tasks: [{ ...TASK, ...more }] });
  const same = backlogDigest(BACKLOG);
  expect(digestWith({ status: "complete" })).toBe(same);
  for (const more of [{ title: "Do that" }, { files: ["a.ts", "b.ts"] }, { network: false }, { model: "a/b" }]) {
    expect(digestWith(more)).not.toBe(same);
  }
  expect(backlogDigest({ ...BACKLOG, verify: [] })).not.toBe(same);
  expect(backlogDigest({ ...BACKLOG, goal: { criteria: [], checks: [] } })).not.toBe(same);
});
