import type { Config } from "@opencode-ai/plugin";
import { agentConfiguration } from "./agents.ts";
import { COMMANDS } from "./commandTable.ts";
import { PIPELINE_MODEL, PIPELINE_PROVIDER, PIPELINE_TOOL, slashNameOf, VERBS, type Verb } from "./names.ts";

/** Which slash command runs which verb, e.g. `plan` or, where the user has a `plan` of their own, `mac-plan`. */
export type CommandNames = ReadonlyMap<string, Verb>;

/**
 * Adds what this plugin brings to the configuration of an instance (OpenCode's `config` hook): the pipeline model,
 * our agents, the slash commands. A command the user already has stays theirs. Changes `config` in place, as the hook
 * asks for.
 */
export function contribute(config: Config, pipelineModelUrl: string): CommandNames {
  addProvider(config, pipelineModelUrl);
  config.agent = { ...config.agent, ...withoutOverwriting(agentConfiguration(), config.agent) };
  hideTool(config);
  return addCommands(config);
}

function addProvider(config: Config, pipelineModelUrl: string): void {
  config.provider = {
    ...config.provider,
    [PIPELINE_PROVIDER]: {
      name: "multi-agent-coder (runs commands, no model)",
      npm: pipelineModelUrl,
      models: {
        [PIPELINE_MODEL]: {
          name: "pipeline",
          tool_call: true,
          cost: { input: 0, output: 0 },
          limit: { context: 1_000_000, output: 100_000 },
        },
      },
    },
  };
  // A list of allowed providers would hide ours, and every command with it.
  if (config.enabled_providers !== undefined && !config.enabled_providers.includes(PIPELINE_PROVIDER)) {
    config.enabled_providers = [...config.enabled_providers, PIPELINE_PROVIDER];
  }
  if (config.disabled_providers !== undefined) {
    config.disabled_providers = config.disabled_providers.filter((id) => id !== PIPELINE_PROVIDER);
  }
}

/** No agent but ours is offered the tool: the last rule of a map wins, so it is put last. */
function hideTool(config: Config): void {
  const permission: unknown = config.permission;
  const rules = typeof permission === "string" ? { "*": permission } : { ...(permission as object | undefined) };
  Object.assign(config, { permission: { ...rules, [PIPELINE_TOOL]: "deny" } });
}

function addCommands(config: Config): CommandNames {
  const taken = config.command ?? {};
  const names = new Map<string, Verb>();
  const added: NonNullable<Config["command"]> = {};
  for (const verb of VERBS) {
    const name = slashNameOf(verb, (other) => Object.hasOwn(taken, other));
    if (Object.hasOwn(taken, name)) continue;
    names.set(name, verb);
    added[name] = { template: "$ARGUMENTS", description: COMMANDS[verb].summary };
  }
  config.command = { ...taken, ...added };
  return names;
}

/** A user may set fields of our agents (a model, a permission): theirs win, field by field. */
function withoutOverwriting(
  ours: Record<string, Record<string, unknown>>,
  users: Config["agent"],
): Record<string, Record<string, unknown>> {
  return Object.fromEntries(Object.entries(ours).map(([name, agent]) => [name, { ...agent, ...users?.[name] }]));
}
