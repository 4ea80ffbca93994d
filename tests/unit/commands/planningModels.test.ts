import { expect, test } from "bun:test";
import { planningModels } from "../../../src/commands/planningModels.ts";
import { optionsSchema } from "../../../src/config.ts";
import { formatModelRef, type ModelCatalog, parseModelRef } from "../../../src/core/modelCatalog.ts";

interface Connected {
  readonly free?: readonly string[];
  readonly paid?: readonly string[];
  readonly session?: string;
}

const refs = (names: readonly string[]) => names.flatMap((name) => parseModelRef(name) ?? []);

function chosen(planning: readonly string[] | undefined, { free = [], paid = [], session }: Connected, agents = 3) {
  const said: string[] = [];
  const models: ModelCatalog = {
    sessionModel: session === undefined ? undefined : parseModelRef(session),
    has: (model) => [...free, ...paid].includes(formatModelRef(model)),
    facts: () => undefined,
    free: () => refs(free),
    explainNoFree: () => "no free model is connected",
    explainMissing: (model) => `${formatModelRef(model)} is not here`,
  };
  const options = optionsSchema.parse({ models: { planning } });
  const { spread, behind } = planningModels({ models, options }, agents, (_level, message) => said.push(message));
  return { spread: spread.map(formatModelRef), behind: behind.map(formatModelRef), said };
}

test("the configured models plan, in their order, each once, with nothing behind them", () => {
  const connected = { free: ["f/1"], paid: ["p/1", "p/2"], session: "p/2" };
  expect(chosen(["p/1", "f/1", "p/1"], connected)).toEqual({ spread: ["p/1", "f/1"], behind: [], said: [] });
});

test("of the configured models those that are not connected are left out, and named", () => {
  const { spread, said } = chosen(["x/1", "p/1", "x/2"], { free: ["f/1"], paid: ["p/1"] });
  expect(spread).toEqual(["p/1"]);
  expect(said).toEqual(["models.planning: left out: x/1 is not here", "models.planning: left out: x/2 is not here"]);
});

test("when none of the configured models is connected, no other plans in their place", () => {
  expect(() => chosen(["x/1"], { free: ["f/1"], session: "f/1" })).toThrow("models.planning: x/1 is not here");
});

test("without configuration the free ones plan, two more than agents, the session's model behind them", () => {
  const free = ["g/1", "f/1", "f/2", "f/3", "f/4", "f/5", "f/6"];
  expect(chosen(undefined, { free, paid: ["p/1"], session: "p/1" })).toEqual({
    spread: free.slice(0, 5),
    behind: ["p/1"],
    said: [],
  });
  expect(chosen(undefined, { free: ["f/1"], session: "f/1" }).behind).toEqual([]);
});

test("without a free one the session's model plans, and it says so", () => {
  const { spread, said } = chosen(undefined, { paid: ["p/1", "p/2"], session: "p/2" });
  expect(spread).toEqual(["p/2"]);
  expect(said).toEqual(["no free model is connected: the session's model p/2 plans, which may cost money"]);
});

test("with no model at all it is refused, with what to do", () => {
  expect(() => chosen(undefined, {})).toThrow("opencode auth login");
  expect(() => chosen(undefined, { paid: ["p/1"], session: "x/1" })).toThrow("x/1 is not here");
});
