import type { PluginInput } from "@opencode-ai/plugin";
import { createOpencodeClient, type OpencodeClient } from "@opencode-ai/sdk/v2/client";

export type { OpencodeClient };

/**
 * The v2 client over the same in-process transport as the v1 client a plugin is given. v2 has what we need and v1 has
 * not: a session's permission rules, and answers by JSON schema.
 */
export function clientOf(input: PluginInput): OpencodeClient {
  const inner: unknown = Reflect.get(input.client, "_client");
  const getConfig: unknown = typeof inner === "object" && inner !== null ? Reflect.get(inner, "getConfig") : undefined;
  if (typeof getConfig !== "function") {
    throw new Error("multi-agent-coder: this OpenCode hands its plugins a client of another kind (see docs/HOST.md).");
  }
  const { baseUrl, fetch, headers } = getConfig.call(inner);
  return createOpencodeClient({ baseUrl, fetch, headers });
}
