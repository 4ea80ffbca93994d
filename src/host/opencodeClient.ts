import type { PluginInput } from "@opencode-ai/plugin";
import { createOpencodeClient, type OpencodeClient } from "@opencode-ai/sdk/v2/client";
import { field } from "./sessionEvents.ts";

export type { OpencodeClient };

type Transport = NonNullable<Parameters<typeof createOpencodeClient>[0]>;

/**
 * The v2 client over the same in-process transport as the v1 client a plugin is given. v2 has what we need and v1 has
 * not: a session's permission rules, and answers by JSON schema. Where the host hands over a client of another kind,
 * every request of ours fails, so that a command is refused (see supportedVersions.ts) and a chat goes on.
 */
export function clientOf(input: Pick<PluginInput, "client">): OpencodeClient {
  return createOpencodeClient(transportOf(input.client) ?? NO_TRANSPORT);
}

function transportOf(client: unknown): Transport | undefined {
  const inner = field(client, "_client");
  const getConfig = field(inner, "getConfig");
  if (typeof getConfig !== "function") return undefined;
  const { baseUrl, fetch, headers } = getConfig.call(inner);
  return { baseUrl, fetch, headers };
}

const NO_TRANSPORT: Transport = {
  baseUrl: "http://unknown.invalid",
  fetch: Object.assign(() => Promise.reject(new Error("this OpenCode hands its plugins a client of another kind")), {
    preconnect: () => undefined,
  }),
};
