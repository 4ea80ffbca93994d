import type { Config, Provider } from "@opencode-ai/sdk/v2/client";
import { formatModelRef, type ModelCatalog, type ModelFacts, type ModelPrice } from "../core/modelCatalog.ts";
import type { ModelRef } from "../types.ts";
import { PIPELINE_PROVIDER } from "./names.ts";
import { answerOf, type OpencodeClient } from "./opencodeClient.ts";

export function isPipeline(model: ModelRef): boolean {
  return model.providerID === PIPELINE_PROVIDER;
}

/** The models that are connected, as OpenCode lists them; ours is not one of them. */
export class ConnectedModels implements ModelCatalog {
  readonly sessionModel: ModelRef | undefined;
  private readonly providers: readonly Provider[];
  private readonly userConfig: Config;

  private constructor(providers: readonly Provider[], userConfig: Config, sessionModel: ModelRef | undefined) {
    this.providers = providers;
    this.userConfig = userConfig;
    this.sessionModel = sessionModel;
  }

  static async read(
    client: OpencodeClient,
    directory: string,
    userConfig: Config,
    sessionModel: ModelRef | undefined,
  ): Promise<ConnectedModels> {
    const { data } = await answerOf("its models", (limit) =>
      client.config.providers({ directory }, { throwOnError: true, signal: limit }),
    );
    const providers = data.providers.filter((provider) => provider.id !== PIPELINE_PROVIDER);
    return new ConnectedModels(providers, userConfig, sessionModel);
  }

  has(model: ModelRef): boolean {
    return this.find(model) !== undefined;
  }

  facts(model: ModelRef): ModelFacts | undefined {
    const found = this.find(model);
    if (found === undefined) return undefined;
    const { capabilities, cost, limit } = found;
    return {
      canCallTools: capabilities.toolcall,
      contextTokens: limit.context > 0 ? limit.context : undefined,
      price: this.isPriced(model) ? priceOf(cost) : undefined,
    };
  }

  /** Models that cost nothing and can call tools: Google's first, then other Gemini models, then by name. */
  free(): ModelRef[] {
    const rank = ({ providerID, modelID }: ModelRef) => {
      if (providerID === "google") return 0;
      return /gemini/i.test(modelID) ? 1 : 2;
    };
    return this.refs()
      .filter((ref) => this.costsNothing(ref) && this.facts(ref)?.canCallTools === true)
      .sort((a, b) => rank(a) - rank(b) || formatModelRef(a).localeCompare(formatModelRef(b), "en"));
  }

  explainNoFree(): string {
    const mute = this.refs().filter((ref) => this.costsNothing(ref) && this.facts(ref)?.canCallTools === false);
    if (mute.length === 0) return "no free model is connected";
    const shown = mute.slice(0, 3).map(formatModelRef).join(", ") + (mute.length > 3 ? ", …" : "");
    return `no free model that can call tools is connected (${shown} cannot)`;
  }

  private refs(): ModelRef[] {
    return this.providers.flatMap(({ id, models }) =>
      Object.keys(models).map((modelID) => ({ providerID: id, modelID })),
    );
  }

  private costsNothing(model: ModelRef): boolean {
    const price = this.facts(model)?.price;
    return price?.input === 0 && price.output === 0;
  }

  /** A price of 0 is a price only where somebody gave it: OpenCode shows 0 for what a user adds without one. */
  private isPriced({ providerID, modelID }: ModelRef): boolean {
    const added = this.userConfig.provider?.[providerID]?.models?.[modelID];
    if (added === undefined || added.cost !== undefined) return true;
    const { cost } = this.find({ providerID, modelID }) ?? {};
    return cost !== undefined && (cost.input > 0 || cost.output > 0);
  }

  private find({ providerID, modelID }: ModelRef): Provider["models"][string] | undefined {
    const models = this.providers.find((provider) => provider.id === providerID)?.models ?? {};
    return Object.hasOwn(models, modelID) ? models[modelID] : undefined;
  }

  /** What to say when `model` is not connected: the nearest names, if there are any. */
  explainMissing(model: ModelRef): string {
    const provider = this.providers.find((candidate) => candidate.id === model.providerID);
    if (provider === undefined) {
      const known = this.providers.map((candidate) => candidate.id).join(", ") || "none";
      return `Model ${formatModelRef(model)} does not exist here: no provider '${model.providerID}' is connected (connected: ${known}).`;
    }
    const models = Object.keys(provider.models);
    const shown = models.slice(0, 5).join(", ") + (models.length > 5 ? ", …" : "");
    return `Model ${formatModelRef(model)} does not exist: '${provider.id}' has ${shown || "no models"} ('opencode models' lists them).`;
  }
}

/** OpenCode shows 0 for cached input where the list of prices does not say. */
function priceOf({ input, output, cache }: Provider["models"][string]["cost"]): ModelPrice {
  return cache.read > 0 ? { input, output, cachedInput: cache.read } : { input, output };
}

/** What OpenCode would choose if nobody said anything and we were not there: the first provider's default model. */
export async function fallbackModel(client: OpencodeClient, directory: string): Promise<ModelRef | undefined> {
  const { data } = await answerOf("its models", (limit) => client.config.providers({ directory }, { signal: limit }));
  for (const { id } of data?.providers ?? []) {
    const modelID = data?.default[id];
    if (id !== PIPELINE_PROVIDER && modelID !== undefined) return { providerID: id, modelID };
  }
  return undefined;
}
