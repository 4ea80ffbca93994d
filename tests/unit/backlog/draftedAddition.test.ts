import { describe, expect, test } from "bun:test";
import { compileAddition } from "../../../src/backlog/draftedAddition.ts";
import type { Task } from "../../../src/types.ts";
import { makeFacts } from "./facts.ts";
import { makeBacklog, makeTask } from "./fixtures.ts";

const DONE: Task[] = [
  makeTask({ id: "T001", files: ["src/a.ts"], status: "complete", acceptance: [{ run: "true" }] }),
  makeTask({ id: "T002", files: ["src/b.ts", "src/gone.ts"], depends_on: ["T001"], status: "complete" }),
];
const REQUEST = {
  backlog: makeBacklog(DONE, { verify: ["npm test"] }),
  facts: makeFacts({ "src/a.ts": 100, "src/b.ts": 100, "package.json": 10 }),
  idPrefix: "G1",
};

const draft = (id: string, fields: object = {}) => ({
  id,
  title: `Title ${id}`,
  description: `Do ${id}.`,
  depends_on: [],
  files: [`src/${id}.ts`],
  acceptance: ["npm test"],
  ...fields,
});

const compile = (...tasks: unknown[]) => compileAddition(REQUEST, { tasks });

function accepted(...tasks: unknown[]): readonly Task[] {
  const result = compile(...tasks);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

function refused(...tasks: unknown[]): string {
  const result = compile(...tasks);
  if (result.ok) throw new Error("it was accepted");
  return result.failure;
}

describe("tasks an agent adds to a backlog", () => {
  test("come in the order of work, as tasks still to do, without rights of their own", () => {
    const tasks = accepted(
      draft("G102", { depends_on: ["G101"] }),
      draft("G101", { network: true, status: "complete" }),
    );
    expect(tasks.map(({ id, status, network }) => [id, status, network])).toEqual([
      ["G101", "pending", false],
      ["G102", "pending", false],
    ]);
  });

  test("wait for the task whose files they may write", () => {
    const [task] = accepted(draft("G101", { files: ["src/b.ts"] }));
    expect(task?.depends_on).toEqual(["T002"]);
  });

  test("wait for one another where they share a file", () => {
    const tasks = accepted(draft("G101", { files: ["src/n.ts"] }), draft("G102", { files: ["src/*.ts"] }));
    expect(tasks[1]?.depends_on).toContain("G101");
  });

  test("get a new id where the old one is taken, and so do those that wait for them", () => {
    const tasks = accepted(
      draft("T001", { depends_on: ["T001"] }),
      draft("t002", { depends_on: ["T001"] }),
      draft("G101"),
    );
    expect(tasks.map(({ id, depends_on }) => [id, ...depends_on])).toEqual([
      ["G102", "T001"],
      ["G103", "G102"],
      ["G101"],
    ]);
  });

  test("errors are those of the new tasks alone, at their place in the agent's own list", () => {
    // The old tasks have what a draft may not: a check that cannot fail.
    const errors = refused(draft("G101"), draft("G102", { files: ["../x"] }), draft("", { depends_on: ["T009"] }));
    expect(errors).toContain("task G102 field files");
    expect(errors).toContain("task number 3 of the list");
    expect(errors).toContain("T009");
    expect(errors).not.toContain("T001 field");
  });

  test("a check that cannot fail, a cycle, an id used twice and a message that is too long are refused", () => {
    expect(refused(draft("G101", { acceptance: ["true"] }))).toContain("proves nothing");
    expect(refused(draft("G101", { depends_on: ["G102"] }), draft("G102", { depends_on: ["G101"] }))).toContain(
      "wait for one another",
    );
    expect(refused(draft("G101"), draft("G101"))).toContain("used twice");
    expect(refused(draft("G101", { description: "x".repeat(4_000) }))).toContain("2304");
  });

  test("what is no list, an empty one and one that is too long are refused", () => {
    expect(compileAddition(REQUEST, "no").ok).toBe(false);
    expect(refused()).toContain("empty");
    expect(refused(...Array.from({ length: 11 }, (_, index) => draft(`G1${index}`)))).toContain(
      "11 tasks are too many",
    );
  });
});
