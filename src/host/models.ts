import type { Provider } from "@opencode-ai/sdk/v2/client";
import { formatModelRef, type ModelCatalog } from "../core/modelCatalog.ts";
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

  private constructor(providers: readonly Provider[], sessionModel: ModelRef | undefined) {
    this.providers = providers;
    this.sessionModel = sessionModel;
  }

  static async read(
    client: OpencodeClient,
    directory: string,
    sessionModel: ModelRef | undefined,
  ): Promise<ConnectedModels> {
    const { data } = await answerOf("its models", (limit) =>
      client.config.providers({ directory }, { throwOnError: true, signal: limit }),
    );
    const providers = data.providers.filter((provider) => provider.id !== PIPELINE_PROVIDER);
    return new ConnectedModels(providers, sessionModel);
  }

  has(model: ModelRef): boolean {
    return this.providers.some(
      (provider) => provider.id === model.providerID && Object.hasOwn(provider.models, model.modelID),
    );
  }

  /** Models that cost nothing and can call tools, Gemini's first, then by name. */
  free(): ModelRef[] {
    const refs = this.providers.flatMap((provider) =>
      Object.values(provider.models)
        .filter((model) => isListedFree(provider, model) && model.capabilities.toolcall)
        .map((model) => ({ providerID: provider.id, modelID: model.id })),
    );
    const rank = (ref: ModelRef) => (/gemini/i.test(ref.modelID) ? 0 : 1);
    return refs.sort((a, b) => rank(a) - rank(b) || formatModelRef(a).localeCompare(formatModelRef(b), "en"));
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

/** What OpenCode would choose if nobody said anything and we were not there: the first provider's default model. */
export async function fallbackModel(client: OpencodeClient, directory: string): Promise<ModelRef | undefined> {
  const { data } = await answerOf("its models", (limit) => client.config.providers({ directory }, { signal: limit }));
  for (const { id } of data?.providers ?? []) {
    const modelID = data?.default[id];
    if (id !== PIPELINE_PROVIDER && modelID !== undefined) return { providerID: id, modelID };
  }
  return undefined;
}

/**
 * A price of 0 means free only where OpenCode knows the price. A model a user wrote into the configuration has price 0
 * because nobody gave one.
 */
function isListedFree(provider: Provider, model: Provider["models"][string]): boolean {
  return provider.source !== "config" && model.cost.input === 0 && model.cost.output === 0;
}
