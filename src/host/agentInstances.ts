import type { Config } from "@opencode-ai/sdk/v2/client";
import { agentConfiguration } from "./agents.ts";
import { PIPELINE_PROVIDER } from "./names.ts";

interface Boot<T> {
  readonly config: Config;
  /** The first request that names the directory. */
  readonly firstCall: () => Promise<T>;
  /** Takes the instance away again when that request failed. */
  readonly discard: () => Promise<void>;
}

/**
 * The directories of this process that agents work in. OpenCode boots an instance for each at its first session, and
 * reads that instance's configuration from the environment of the process at that moment, which is one for all: so
 * boots happen one at a time, and the variables are put back at once. They hold keys.
 */
export class AgentInstances {
  private readonly known = new Set<string>();
  private readonly booted = new Set<string>();
  private lastBoot: Promise<unknown> = Promise.resolve();

  /** True for a directory that agents work in, from just before OpenCode loads our plugin there. */
  has(directory: string): boolean {
    return this.known.has(directory);
  }

  /**
   * Runs the first request to OpenCode that names `directory`, with `config` as that instance's configuration and the
   * directory's own configuration kept out. Later calls for a booted directory run at once.
   */
  async boot<T>(directory: string, boot: Boot<T>): Promise<T> {
    if (this.booted.has(directory)) return boot.firstCall();
    const turn = this.lastBoot.then(() => this.bootNow(directory, boot));
    this.lastBoot = turn.catch(() => undefined);
    return turn;
  }

  /** An instance that was disposed boots again at its next session. */
  forget(directory: string): void {
    this.booted.delete(directory);
  }

  private async bootNow<T>(directory: string, { config, firstCall, discard }: Boot<T>): Promise<T> {
    if (this.booted.has(directory)) return firstCall();
    this.known.add(directory);
    const restore = setEnvironment({
      OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
      OPENCODE_DISABLE_PROJECT_CONFIG: "1",
    });
    try {
      const result = await firstCall();
      this.booted.add(directory);
      return result;
    } catch (error) {
      // It may still come up, and then without our configuration: the next boot must not find it.
      await discard().catch(() => undefined);
      throw error;
    } finally {
      restore();
    }
  }
}

/**
 * The configuration of an agent's instance: the user's providers and model settings and our plugin, and nothing that
 * would start programs of its own (language servers, formatters, MCP servers, snapshots) or publish anything.
 */
export function agentInstanceConfig(user: Config, plugins: Config["plugin"], shell: string): Config {
  const { [PIPELINE_PROVIDER]: _ours, ...providers } = user.provider ?? {};
  const servers = Object.keys(user.mcp ?? {});
  return {
    provider: providers,
    ...(user.model === undefined ? {} : { model: user.model }),
    ...(user.small_model === undefined ? {} : { small_model: user.small_model }),
    ...(user.enabled_providers === undefined ? {} : { enabled_providers: user.enabled_providers }),
    ...(user.disabled_providers === undefined ? {} : { disabled_providers: user.disabled_providers }),
    ...(plugins === undefined ? {} : { plugin: plugins }),
    agent: agentConfiguration(),
    mcp: Object.fromEntries(servers.map((name) => [name, { enabled: false }])),
    lsp: false,
    formatter: false,
    snapshot: false,
    share: "disabled",
    autoupdate: false,
    shell,
  };
}

function setEnvironment(values: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
