import type { PluginInput } from "@opencode-ai/plugin";
import { createOpencodeClient, type OpencodeClient } from "@opencode-ai/sdk/v2/client";
import { withTimeLimit } from "../core/timeLimit.ts";
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

/** OpenCode answers what needs no model from memory or its database; making an instance takes a second or two. */
const ANSWER_LIMIT_MS = 20_000;

/**
 * What OpenCode answers to a request that does no model work, within `limitMs` (20 s). Rejects with `TimeLimitExceeded` when it
 * does not: requests have been seen to hang. `what` names the answer in that error: "its configuration".
 */
export function answerOf<Answer>(
  what: string,
  request: (limit: AbortSignal) => Promise<Answer>,
  limitMs: number = ANSWER_LIMIT_MS,
): Promise<Answer> {
  return withTimeLimit(request, limitMs, `OpenCode's answer to a request for ${what}`);
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
