import type { CommandContext } from "../core/commandContext.ts";
import { pause } from "../core/pause.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";
import type { AgentSurroundings } from "../planning/askAgent.ts";
import { ModelMemory } from "../recovery/modelMemory.ts";

/** What planning agents work with, from what the command was given. */
export function planningSurroundings(context: CommandContext, progress: ProgressReporter): AgentSurroundings {
  const { clock, directory, environment, models, options, runner, signal } = context;
  const report: AgentSurroundings["report"] = (level, message) =>
    progress.log({ message, level, context: { phaseId: "plan", timestamp: clock.now() } });
  const said = new Set<string>();
  return {
    runner,
    memory: new ModelMemory(environment, clock, (message) => report("warn", message)),
    factsOf: (model) => models.facts(model),
    directory,
    timeoutSeconds: options.planningTimeoutSeconds,
    idleTimeoutSeconds: options.idleTimeoutSeconds,
    signal,
    clock,
    pause,
    report,
    reportOnce: (level, message) => {
      if (said.size < said.add(message).size) report(level, message);
    },
  };
}
