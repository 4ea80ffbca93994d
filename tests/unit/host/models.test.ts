import { expect, test } from "bun:test";
import { ConnectedModels, fallbackModel } from "../../../src/host/models.ts";
import { PIPELINE_PROVIDER } from "../../../src/host/names.ts";
import type { OpencodeClient } from "../../../src/host/opencodeClient.ts";

interface Listed {
  readonly price?: number;
  readonly toolcall?: boolean;
}

function provider(id: string, source: string, models: Readonly<Record<string, Listed>>) {
  const entries = Object.entries(models).map(([name, { price = 0, toolcall = true }]) => [
    name,
    {
      id: name,
      cost: { input: price, output: price, cache: { read: price / 10, write: 0 } },
      capabilities: { toolcall },
      limit: { context: 8_000, output: 1_000 },
    },
  ]);
  return { id, source, models: Object.fromEntries(entries) };
}

/** What the user wrote: one model without a price, one that is said to cost nothing. */
const USER_CONFIG = {
  provider: { own: { models: { "of-unknown-price": {}, "at-home": { cost: { input: 0, output: 0 } } } } },
};

const PROVIDERS = [
  provider(PIPELINE_PROVIDER, "config", { pipeline: {} }),
  provider("google", "env", { "gemini-flash": {}, "gemini-pro": { price: 1 } }),
  provider("opencode", "custom", { "big-pickle": {}, "a-free-one": {}, mute: { toolcall: false } }),
  provider("own", "config", { "of-unknown-price": {}, "at-home": {} }),
];

const client = {
  config: {
    providers: async () => ({
      data: { providers: PROVIDERS, default: { [PIPELINE_PROVIDER]: "pipeline", google: "gemini-pro", own: "x" } },
    }),
  },
} as unknown as OpencodeClient;

test("free models are those of known price 0 that call tools, Gemini's first, never ours", async () => {
  const models = await ConnectedModels.read(client, "/r", USER_CONFIG, undefined);
  expect(models.free().map(({ modelID }) => modelID)).toEqual(["gemini-flash", "a-free-one", "big-pickle", "at-home"]);
});

test("without a free model it is said whether there are some that cannot call tools", async () => {
  const listing = (...providers: readonly ReturnType<typeof provider>[]) =>
    ({ config: { providers: async () => ({ data: { providers, default: {} } }) } }) as unknown as OpencodeClient;
  const explain = async (client: OpencodeClient) =>
    (await ConnectedModels.read(client, "/r", {}, undefined)).explainNoFree();
  const paid = provider("google", "env", { "gemini-pro": { price: 1 } });
  const mute = provider("q", "custom", { mute: { toolcall: false }, "mute-and-paid": { toolcall: false, price: 1 } });
  expect(await explain(listing(paid))).toBe("no free model is connected");
  expect(await explain(listing(paid, mute))).toBe("no free model that can call tools is connected (q/mute cannot)");
});

test("a price of 0 that nobody gave is no price", async () => {
  const models = await ConnectedModels.read(client, "/r", USER_CONFIG, undefined);
  expect(models.facts({ providerID: "own", modelID: "of-unknown-price" })?.price).toBeUndefined();
  expect(models.facts({ providerID: "google", modelID: "gemini-pro" })).toEqual({
    canCallTools: true,
    contextTokens: 8_000,
    price: { input: 1, output: 1, cachedInput: 0.1 },
  });
  expect(models.facts({ providerID: "own", modelID: "nothing" })).toBeUndefined();
});

test("a model is connected or it is said what there is instead", async () => {
  const models = await ConnectedModels.read(client, "/r", USER_CONFIG, undefined);
  expect(models.has({ providerID: "google", modelID: "gemini-pro" })).toBe(true);
  expect(models.has({ providerID: "google", modelID: "toString" })).toBe(false);
  expect(models.has({ providerID: PIPELINE_PROVIDER, modelID: "pipeline" })).toBe(false);
  expect(models.explainMissing({ providerID: "google", modelID: "gpt" })).toContain("gemini-flash");
  const unknown = models.explainMissing({ providerID: "nobody", modelID: "m" });
  expect(unknown).toContain("nobody/m");
  expect(unknown).toContain("google, opencode, own");
});

test("without us OpenCode would choose the first other provider's default model", async () => {
  expect(await fallbackModel(client, "/r")).toEqual({ providerID: "google", modelID: "gemini-pro" });
});
