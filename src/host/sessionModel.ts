import { parseModelRef } from "../core/modelCatalog.ts";
import type { ModelRef } from "../types.ts";
import { fallbackModel, isPipeline } from "./models.ts";
import { answerOf, type OpencodeClient } from "./opencodeClient.ts";

/**
 * The model a person chose for a session. Once a command has run there, OpenCode takes our pipeline model for the
 * session's own, so we look behind it: the last other model used in the session, the configured one, OpenCode's
 * fallback. Undefined: no model is connected at all.
 */
export async function modelBehind(
  client: OpencodeClient,
  directory: string,
  sessionID: string,
  shown: ModelRef | undefined,
): Promise<ModelRef | undefined> {
  if (shown !== undefined && !isPipeline(shown)) return shown;
  const used = await lastUsedModel(client, directory, sessionID);
  if (used !== undefined) return used;
  const { data: config } = await answerOf("its configuration", (limit) =>
    client.config.get({ directory }, { signal: limit }),
  );
  const configured = config?.model === undefined ? undefined : parseModelRef(config.model);
  if (configured !== undefined && !isPipeline(configured)) return configured;
  return fallbackModel(client, directory);
}

async function lastUsedModel(
  client: OpencodeClient,
  directory: string,
  sessionID: string,
): Promise<ModelRef | undefined> {
  const { data: messages = [] } = await answerOf("a session's messages", (limit) =>
    client.session.messages({ sessionID, directory }, { signal: limit }),
  );
  for (const { info } of messages.toReversed()) {
    if (info.role === "user" && !isPipeline(info.model)) {
      return { providerID: info.model.providerID, modelID: info.model.modelID };
    }
  }
  return undefined;
}
