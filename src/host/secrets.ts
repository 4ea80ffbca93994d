import type { Config } from "@opencode-ai/sdk/v2/client";

/** Shorter values are no keys, and blotting them out would garble words. */
const SHORTEST_KEY = 8;

/** The keys a configuration and an environment hold: what must not be repeated in a message. */
export function keysIn(config: Config, environment: NodeJS.ProcessEnv): string[] {
  const configured = Object.values(config.provider ?? {}).map((provider) => provider.options?.apiKey);
  const named = Object.keys(environment).filter((name) => /KEY|TOKEN|SECRET|PASSWORD/i.test(name));
  const values = [...configured, ...named.map((name) => environment[name])];
  return values.filter((key): key is string => typeof key === "string" && key.length >= SHORTEST_KEY);
}
