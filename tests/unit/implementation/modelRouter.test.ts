import { describe, expect, test } from "bun:test";
import { optionsSchema } from "../../../src/config.ts";
import { formatModelRef, type ModelCatalog, parseModelRef } from "../../../src/core/modelCatalog.ts";
import { ModelRouter } from "../../../src/implementation/modelRouter.ts";
import type { Task } from "../../../src/types.ts";
import { makeTask } from "../backlog/fixtures.ts";

const task = (fields: Partial<Task>): Task => makeTask({ id: "T001", ...fields });

/** Models named `mute` cannot call tools. */
const catalog = (connected: readonly string[], sessionModel = "s/session"): ModelCatalog => ({
  sessionModel: parseModelRef(sessionModel),
  has: (model) => connected.includes(formatModelRef(model)),
  facts: ({ modelID }) => ({ canCallTools: modelID !== "mute", contextTokens: undefined, price: undefined }),
  free: () => [],
  explainNoFree: () => "no free model is connected",
  explainMissing: (model) => `no ${formatModelRef(model)}`,
});

function route(
  fields: Partial<Task>,
  models: Readonly<Record<string, readonly string[]>>,
  known: ModelCatalog,
): string {
  const router = new ModelRouter(optionsSchema.parse({ models }).models, known);
  const routed = router.route(task(fields), fields.complexity ?? "simple");
  return routed.ok ? `${formatModelRef(routed.value.model)} (${routed.value.because})` : routed.failure;
}

describe("route", () => {
  const all = catalog(["s/session", "a/one", "b/two/with/slashes"]);

  test("the task's own model goes before all", () => {
    expect(route({ model: "b/two/with/slashes" }, { simple: ["a/one"] }, all)).toBe(
      "b/two/with/slashes (the task names it)",
    );
  });
  test("a task's own model that is not connected is not replaced", () => {
    expect(route({ model: "x/gone" }, { simple: ["a/one"] }, all)).toBe("Task T001: no x/gone");
  });
  test("the first connected model of the class's list", () => {
    expect(route({}, { simple: ["x/gone", "a/one"] }, all)).toBe("a/one (models.simple; x/gone is not connected)");
    expect(route({ complexity: "documentation" }, { simple: ["x/gone"], documentation: ["a/one"] }, all)).toBe(
      "a/one (models.documentation)",
    );
  });
  test("a list of which nothing is connected is not replaced either", () => {
    expect(route({}, { simple: ["x/gone"] }, all)).toBe("models.simple: no x/gone");
  });
  test("without a list the session's model", () => {
    expect(route({}, { complex: ["a/one"] }, all)).toBe("s/session (the session's model)");
  });
  test("a session without a model, or with one that is gone", () => {
    expect(route({}, {}, catalog([], "none"))).toContain("opencode auth login");
    expect(route({}, {}, catalog([]))).toBe("no s/session");
  });
  test("a model that cannot call tools is passed over, and refused where there is no other", () => {
    const withMute = catalog(["s/session", "a/mute", "a/one"]);
    expect(route({}, { simple: ["a/mute", "a/one"] }, withMute)).toBe(
      "a/one (models.simple; a/mute cannot call tools)",
    );
    expect(route({}, { simple: ["a/mute"] }, withMute)).toMatch(/^models\.simple: Model a\/mute cannot call tools/);
    expect(route({ model: "a/mute" }, {}, withMute)).toMatch(/^Task T001: Model a\/mute cannot call tools/);
    expect(route({}, {}, catalog(["s/mute"], "s/mute"))).toMatch(/^Model s\/mute cannot call tools/);
  });
});
