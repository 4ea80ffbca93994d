import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { workedExample } from "../../../demo/example.ts";
import { compileBacklog } from "../../../src/backlog/compileBacklog.ts";
import { parsePlan } from "../../../src/planning/planDocument.ts";
import { PROJECT_ROOT } from "../../support/hermeticHome.ts";

const onDisk = (path: string) => readFile(join(PROJECT_ROOT, path), "utf8");

test("tasks/ holds what plan and backlog make of the demo's feature", async () => {
  const example = await workedExample();
  for (const [path, text] of Object.entries(example)) expect([path, await onDisk(path)]).toEqual([path, text]);
});

test("the example's plan and backlog are read without a complaint", async () => {
  const plan = parsePlan(await onDisk("tasks/PLAN.md"));
  expect(plan.ok && plan.value.plan.items.length).toBe(6);

  const backlog = compileBacklog("tasks/BACKLOG.yaml", Buffer.from(await onDisk("tasks/BACKLOG.yaml")));
  expect(backlog.ok && backlog.value.backlog.tasks.map((task) => [task.id, task.depends_on])).toEqual([
    ["T001", []],
    ["T002", ["T001"]],
    ["T003", ["T001"]],
    ["T004", ["T001"]],
    ["T005", ["T002", "T003", "T004"]],
    ["T006", ["T005"]],
  ]);
});
