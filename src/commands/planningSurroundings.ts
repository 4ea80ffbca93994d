import type { CommandContext } from "../core/commandContext.ts";
import { pause } from "../core/pause.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";
import type { AgentSurroundings } from "../planning/agentSurroundings.ts";
import { ModelMemory } from "../recovery/modelMemory.ts";

/** What planning agents work with, from what the command was given. */
export function planningSurroundings(context: CommandContext, progress: ProgressReporter): AgentSurroundings {
  const { clock, directory, environment, models, options, runner, signal } = context;
  const report: AgentSurroundings["report"] = (level, message) =>
    progress.log({ message, level, context: { phaseId: "plan", timestamp: clock.now() } });
  const known = new Set<string>();
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
    isNews: (matter) => known.size < known.add(matter).size,
  };
}
