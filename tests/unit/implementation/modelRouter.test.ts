import { describe, expect, test } from "bun:test";
import { optionsSchema } from "../../../src/config.ts";
import { formatModelRef, type ModelCatalog, parseModelRef } from "../../../src/core/modelCatalog.ts";
import { classify, ModelRouter } from "../../../src/implementation/modelRouter.ts";
import type { Task } from "../../../src/types.ts";
import { makeTask } from "../backlog/fixtures.ts";

const task = (fields: Partial<Task>): Task => makeTask({ id: "T001", ...fields });

const catalog = (connected: readonly string[], sessionModel = "s/session"): ModelCatalog => ({
  sessionModel: parseModelRef(sessionModel),
  has: (model) => connected.includes(formatModelRef(model)),
  facts: () => undefined,
  free: () => [],
  explainMissing: (model) => `no ${formatModelRef(model)}`,
});

function route(
  fields: Partial<Task>,
  models: Readonly<Record<string, readonly string[]>>,
  known: ModelCatalog,
): string {
  const routed = new ModelRouter(optionsSchema.parse({ models }).models, known).route(task(fields));
  return routed.ok ? formatModelRef(routed.value) : routed.failure;
}

describe("classify", () => {
  const CASES: readonly (readonly [Partial<Task>, string])[] = [
    [{ files: ["README.md", "docs/a.png"] }, "documentation"],
    [{ files: ["README.md", "src/a.ts"] }, "simple"],
    [{ files: ["a.ts", "b.ts", "c.ts"] }, "simple"],
    [{ files: ["a.ts", "b.ts", "c.ts", "d.ts"] }, "complex"],
    [{ files: ["src/**"] }, "complex"],
    [{ files: ["src/{a,b}.ts"] }, "complex"],
    [{ files: [] }, "simple"],
    [{ files: ["src/**"], complexity: "documentation" }, "documentation"],
  ];
  for (const [fields, complexity] of CASES) {
    test(`${JSON.stringify(fields)} is ${complexity}`, () => expect(classify(task(fields))).toBe(complexity as never));
  }
});

describe("route", () => {
  const all = catalog(["s/session", "a/one", "b/two/with/slashes"]);

  test("the task's own model goes before all", () => {
    expect(route({ model: "b/two/with/slashes" }, { simple: ["a/one"] }, all)).toBe("b/two/with/slashes");
  });
  test("a task's own model that is not connected is not replaced", () => {
    expect(route({ model: "x/gone" }, { simple: ["a/one"] }, all)).toBe("Task T001: no x/gone");
  });
  test("the first connected model of the class's list", () => {
    expect(route({}, { simple: ["x/gone", "a/one"] }, all)).toBe("a/one");
  });
  test("a list of which nothing is connected is not replaced either", () => {
    expect(route({}, { simple: ["x/gone"] }, all)).toBe("models.simple: no x/gone");
  });
  test("without a list the session's model", () => {
    expect(route({}, { complex: ["a/one"] }, all)).toBe("s/session");
  });
  test("a session without a model, or with one that is gone", () => {
    expect(route({}, {}, catalog([], "none"))).toContain("opencode auth login");
    expect(route({}, {}, catalog([]))).toBe("no s/session");
  });
});
