import { describe, expect, test } from "bun:test";
import { optionsSchema } from "../../../src/config.ts";
import { formatModelRef, type ModelCatalog, parseModelRef } from "../../../src/core/modelCatalog.ts";
import { type Hindrance, ModelRouter, type RouteHistory } from "../../../src/implementation/modelRouter.ts";
import type { Complexity, Task } from "../../../src/types.ts";
import { makeTask } from "../backlog/fixtures.ts";

const task = (fields: Partial<Task>): Task => makeTask({ id: "T001", ...fields });

/** Models named `mute` cannot call tools, `narrow` ones take in little; a number after a dash is the price. */
const catalog = (connected: readonly string[], sessionModel = "s/session"): ModelCatalog => ({
  sessionModel: parseModelRef(sessionModel),
  has: (model) => connected.includes(formatModelRef(model)),
  facts: ({ modelID }) => ({
    canCallTools: modelID !== "mute",
    contextTokens: modelID === "narrow" ? 8_192 : undefined,
    price: priceIn(modelID),
  }),
  free: () => [],
  explainNoFree: () => "no free model is connected",
  explainMissing: (model) => `no ${formatModelRef(model)}`,
});

function priceIn(modelID: string) {
  const price = /-(\d+)$/u.exec(modelID)?.[1];
  return price === undefined ? undefined : { input: Number(price), output: Number(price) * 5 };
}

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

test("a model that is known to take in too little is passed over", () => {
  const known = catalog(["s/session", "a/narrow", "a/one"]);
  expect(route({}, { simple: ["a/narrow", "a/one"] }, known)).toBe(
    "a/one (models.simple; a/narrow takes in 8192 tokens only)",
  );
  expect(route({ model: "a/narrow" }, {}, known)).toMatch(/^Task T001: Model a\/narrow takes in 8192 tokens/);
});

const FRESH: RouteHistory = { escalations: 0, tooWeak: [] };
const NOON = new Date(2026, 0, 15, 12).getTime();
const cools = (minutes: number): Hindrance => ({ kind: "cooling", until: NOON + minutes * 60_000, why: "limit" });
const BROKEN: Hindrance = { kind: "unusable", why: "wrong key" };

interface Situation {
  readonly models?: Readonly<Record<string, readonly string[]>>;
  readonly session?: string;
  readonly complexity?: Complexity;
  readonly history?: RouteHistory;
  readonly hindrances?: Readonly<Record<string, Hindrance>>;
  readonly task?: Partial<Task>;
}

function choose({ models = {}, session = "s/session", complexity = "simple", ...more }: Situation) {
  const named = Object.values(models).flat();
  const known = catalog([session, ...named, more.task?.model ?? session], session);
  const router = new ModelRouter(optionsSchema.parse({ models }).models, known);
  const { history = FRESH, hindrances = {} } = more;
  return router.choose(task(more.task ?? {}), complexity, history, (model) => hindrances[formatModelRef(model)]);
}

const chosen = (situation: Situation): string => {
  const result = choose(situation);
  return result.ok ? formatModelRef(result.value.model) : result.failure.reason;
};

describe("sideways, when models cool down", () => {
  const models = { simple: ["a/one", "a/two", "a/three"] };

  test("the next of the list that does not; the first again as soon as it can", () => {
    expect(choose({ models, hindrances: { "a/one": cools(5) } })).toMatchObject({
      value: { because: "models.simple; a/one cools down until 12:05 (limit)", hasOthers: true },
    });
    expect(chosen({ models, hindrances: { "a/one": cools(5) } })).toBe("a/two");
    expect(chosen({ models, hindrances: { "a/one": cools(5), "a/two": BROKEN } })).toBe("a/three");
    expect(chosen({ models })).toBe("a/one");
  });
  test("with the last one that can be asked there are no others", () => {
    const hindrances = { "a/one": cools(5), "a/three": cools(1) };
    expect(choose({ models, hindrances })).toMatchObject({ value: { hasOthers: false } });
  });
  test("when all do, not before the first of them", () => {
    const hindrances = { "a/one": cools(5), "a/two": cools(2), "a/three": BROKEN };
    expect(choose({ models, hindrances })).toEqual({
      ok: false,
      failure: { reason: "cooling", notBefore: NOON + 120_000, why: "a/two cools down until 12:02 (limit)" },
    });
  });
  test("the lists of other classes and the session's model do not stand in", () => {
    const all = { simple: ["a/one"], complex: ["b/big"] };
    expect(chosen({ models: all, hindrances: { "a/one": cools(5) } })).toBe("cooling");
  });
  test("the session's model and a task's own are waited for", () => {
    expect(chosen({ hindrances: { "s/session": cools(5) } })).toBe("cooling");
    expect(chosen({ task: { model: "x/own" }, models, hindrances: { "x/own": cools(5) } })).toBe("cooling");
  });
  test("models that no waiting mends are named", () => {
    const hindrances = { "a/one": BROKEN, "a/two": BROKEN, "a/three": BROKEN };
    expect(choose({ models, hindrances })).toMatchObject({
      failure: { reason: "unusable", message: expect.stringContaining("a/two cannot be used (wrong key)") },
    });
  });
});

describe("upwards, after failures that call for it", () => {
  const up = (escalations: number, ...tooWeak: string[]): RouteHistory => ({ escalations, tooWeak });
  /** What is chosen after 0, 1, 2 … escalations, each from the model before. */
  function climb(situation: Situation, steps = 5): string[] {
    const path: string[] = [];
    for (let step = 0; step < steps; step++) path.push(chosen({ ...situation, history: up(step, ...path) }));
    return path;
  }

  test("dearer ones of the same list, then the lists of harder classes, then the session's model if it is dearer", () => {
    const models = { simple: ["a/x-1", "a/y-3"], complex: ["b/z-5"] };
    expect(climb({ models, session: "s/s-9" })).toEqual(["a/x-1", "a/y-3", "b/z-5", "s/s-9", "s/s-9"]);
    expect(climb({ models, session: "s/s-5" })).toEqual(["a/x-1", "a/y-3", "b/z-5", "b/z-5", "b/z-5"]);
  });
  test("cheaper and equally dear ones of the same list are no step up", () => {
    const models = { simple: ["a/x-3", "a/y-1", "a/z-3", "a/top-8"], complex: ["b/low-2", "b/big-9"] };
    expect(climb({ models, session: "s/s-1" })).toEqual(["a/x-3", "a/top-8", "b/big-9", "b/big-9", "b/big-9"]);
  });
  test("where prices are not known, what comes later is taken for stronger", () => {
    const models = { simple: ["a/one", "a/two"], complex: ["b/three"] };
    expect(climb({ models })).toEqual(["a/one", "a/two", "b/three", "s/session", "s/session"]);
  });
  test("models at the same price in the list of a harder class are stronger by the user's word", () => {
    const models = { documentation: ["a/x-0"], simple: ["a/y-0"], complex: ["a/z-0"] };
    expect(climb({ models, complexity: "documentation", session: "s/s-0" }, 4)).toEqual([
      ...["a/x-0", "a/y-0", "a/z-0", "a/z-0"],
    ]);
  });
  test("from the session's model, which stands in for a class without a list, only up to the complex one", () => {
    const models = { simple: ["a/x-5"], complex: ["b/z-9"] };
    expect(climb({ models, complexity: "documentation", session: "s/s-5" }, 3)).toEqual(["s/s-5", "b/z-9", "b/z-9"]);
  });
  test("the session's model works on complex tasks where no list says who does", () => {
    expect(climb({ models: { simple: ["a/x-1"] }, session: "s/s-5" }, 3)).toEqual(["a/x-1", "s/s-5", "s/s-5"]);
  });
  test("a task's own model is not replaced", () => {
    expect(climb({ task: { model: "x/own" }, models: { complex: ["b/big"] } }, 3)).toEqual(["x/own", "x/own", "x/own"]);
  });
  test("what failed in place of one that cooled down is not asked again", () => {
    const models = { simple: ["a/x-1", "a/y-3", "a/z-5"] };
    expect(chosen({ models, history: up(1, "a/y-3") })).toBe("a/z-5");
  });
  test("in place of a stronger one that cools down comes a still stronger one of its list, never a weaker one", () => {
    const models = { simple: ["a/x-1", "a/y-3", "a/z-5"], complex: ["b/big-9"] };
    expect(chosen({ models, history: up(1, "a/x-1"), hindrances: { "a/y-3": cools(5) } })).toBe("a/z-5");
    const hindrances = { "a/y-3": cools(5), "a/z-5": cools(2) };
    expect(choose({ models, history: up(1, "a/x-1"), hindrances })).toMatchObject({
      failure: { notBefore: NOON + 120_000 },
    });
  });
  test("a stronger one that cannot be used is no step", () => {
    const models = { simple: ["a/x-1", "a/y-3"], complex: ["b/big-9"] };
    expect(chosen({ models, history: up(1, "a/x-1"), hindrances: { "a/y-3": BROKEN } })).toBe("b/big-9");
    const all = { "a/y-3": BROKEN, "b/big-9": BROKEN };
    expect(chosen({ models, session: "s/s-1", history: up(1, "a/x-1"), hindrances: all })).toBe("a/x-1");
  });
  test("it says what it is stronger than", () => {
    const models = { simple: ["a/x-1", "a/y-3"] };
    expect(choose({ models, history: up(1, "a/x-1") })).toMatchObject({
      value: { because: "models.simple, stronger than a/x-1" },
    });
  });
});
