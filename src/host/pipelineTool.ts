import type { ToolContext, ToolDefinition } from "@opencode-ai/plugin";
import { z } from "zod";
import { explainThrown } from "../commands/brokenMachine.ts";
import { messageOf } from "../core/refusal.ts";
import { failedEnding, writeEnding } from "./commandEnding.ts";
import type { Invocation } from "./commandLine.ts";
import { parseCommandLine } from "./commandLine.ts";
import { helpFor } from "./commandTable.ts";
import { leaveLongResult } from "./longResults.ts";
import { PIPELINE_AGENT } from "./names.ts";

export type RunInvocation = (invocation: Invocation, context: ToolContext) => Promise<string>;

/**
 * The one tool behind the commands. Its result is what the command prints; where that ends in a reason why not
 * everything is done (see commandEnding.ts), the pipeline model ends its answer in an error, and `opencode run` exits with
 * status 1 and that reason. It does not throw for that: OpenCode would print the reason a second time.
 */
export function pipelineTool(run: RunInvocation): ToolDefinition {
  const args = { command: z.string().describe("the command line, e.g. plan --context_file=feature.md") };
  return {
    description: "Runs a command of multi-agent-coder. Only its own pipeline calls this.",
    // The plugin API's types come with a zod of their own; the shapes are the same.
    args: args as unknown as ToolDefinition["args"],
    async execute(given: { command?: unknown }, context: ToolContext) {
      if (context.agent !== PIPELINE_AGENT) {
        throw new Error("This tool runs whole commands for a person: type /plan, /backlog or /implement instead.");
      }
      const parsed = parseCommandLine(String(given.command ?? ""));
      if (!parsed.ok) return writeEnding(failedEnding(parsed.failure));
      if (parsed.value.help) return helpFor(parsed.value.verb);
      try {
        return leaveLongResult(await run(parsed.value, context));
      } catch (error) {
        const reason =
          explainThrown(error) ?? `${messageOf(error)} (unexpected: a bug of multi-agent-coder; please report it)`;
        return writeEnding(failedEnding(reason));
      }
    },
  };
}
