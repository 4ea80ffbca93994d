import { isMainThread } from "node:worker_threads";
import type { Hooks, PluginInput, PluginOptions } from "@opencode-ai/plugin";
import { AgentInstances } from "./agentInstances.ts";
import { agentTools } from "./agentTools.ts";
import { CommandRunner } from "./commandRunner.ts";
import { type CommandNames, contribute } from "./configuration.ts";
import { HeldRequests } from "./heldRequests.ts";
import { MessageRouter } from "./messageRouter.ts";
import { PIPELINE_TOOL } from "./names.ts";
import { clientOf } from "./opencodeClient.ts";
import { pipelineTool } from "./pipelineTool.ts";
import { keepDialogAnswers } from "./questionDialog.ts";
import { isOpencodeRun } from "./routing.ts";
import { FixedSampling } from "./sampling.ts";
import { SessionEvents } from "./sessionEvents.ts";
import { Supervision } from "./supervision.ts";
import { requireSupportedVersion } from "./supportedVersions.ts";
import { withoutGitAdvice } from "./toolDescriptions.ts";

/**
 * Shared by every instance of the plugin in this process: OpenCode calls `server` once a directory, the user's and
 * each slot's, and a command that runs in one has to hear the sessions of the others.
 */
const sessionEvents = new SessionEvents();
const agentInstances = new AgentInstances();
const fixedSampling = new FixedSampling();
const supervision = new Supervision();
const heldRequests = new HeldRequests();

/** The plugin as OpenCode loads it, once for each directory. */
export async function server(input: PluginInput, options: PluginOptions = {}): Promise<Hooks> {
  const forwardEvents: Hooks["event"] = async ({ event }) => sessionEvents.publish(event);
  if (agentInstances.has(input.directory)) {
    // A directory agents work in gets its whole configuration from us; there is nothing to add but our ears and hands.
    return {
      event: forwardEvents,
      "chat.params": async (asked, params) => {
        await heldRequests.whenFree(asked.sessionID);
        await fixedSampling.onParams(asked, params);
      },
      tool: agentTools(supervision),
      "tool.definition": withoutGitAdvice,
      "tool.execute.before": supervision.onBefore,
      "tool.execute.after": supervision.onAfter,
      dispose: async () => agentInstances.forget(input.directory),
    };
  }

  const client = clientOf(input);
  const router = new MessageRouter(client, input.directory, process.argv);
  const commands = new CommandRunner({
    client,
    options,
    router,
    events: sessionEvents,
    instances: agentInstances,
    sampling: fixedSampling,
    supervision,
    heldRequests,
    pluginUrl: import.meta.url,
    ownsProcess: isMainThread && isOpencodeRun(process.argv),
  });
  let names: CommandNames = new Map();

  return {
    config: async (config) => {
      names = contribute(config, new URL("./pipelineModel.js", import.meta.url).href);
    },
    event: forwardEvents,
    tool: {
      [PIPELINE_TOOL]: pipelineTool(async (invocation, context) => {
        await requireSupportedVersion(client);
        return commands.run(invocation, context);
      }),
    },
    "command.execute.before": async (announced) => router.announce(names, announced),
    "chat.message": router.onMessage,
    "chat.params": fixedSampling.onParams,
    "tool.execute.after": keepDialogAnswers,
  };
}
