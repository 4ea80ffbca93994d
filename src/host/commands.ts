import { backlogCommand } from "../commands/backlogCommand.ts";
import { planCommand } from "../commands/planCommand.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { implementCommand } from "../implementation/implementCommand.ts";
import type { Invocation } from "./commandLine.ts";
import { GivenFlags } from "./givenFlags.ts";
import { localCommandFor } from "./localCommands.ts";

/** From the flags of a command line to the command: with localCommands.ts, the one place that fills in defaults. */
export function commandFor(invocation: Invocation): (context: CommandContext) => Promise<CommandReport> {
  const { verb, flags, text } = invocation;
  const given = new GivenFlags(flags);
  switch (verb) {
    case "plan": {
      const agents = given.count("agents") ?? 3;
      const plan = {
        contextFile: given.text("context_file"),
        text,
        output: given.text("output") ?? "tasks/PLAN.md",
        agents,
        quorum: given.count("quorum") ?? Math.min(2, agents),
        research: given.choice("research"),
      };
      return (context) => planCommand(plan, context);
    }
    case "backlog": {
      const backlog = {
        planFile: given.text("plan_file") ?? "tasks/PLAN.md",
        trackId: given.text("track_id"),
        output: given.text("output") ?? "tasks/BACKLOG.yaml",
        draftBy: given.text("draft") === "plan" ? ("plan" as const) : ("model" as const),
        dryRun: given.isOn("dry_run"),
      };
      return (context) => backlogCommand(backlog, context);
    }
    case "implement": {
      const implement = {
        backlogFile: given.text("backlog_file") ?? "tasks/BACKLOG.yaml",
        workers: given.count("workers"),
        only: given.list("only"),
        dryRun: given.isOn("dry_run"),
        allowRedBase: given.isOn("allow_red_base"),
        mode: given.text("mode") === "patch" ? ("patch" as const) : ("agent" as const),
      };
      return (context) => implementCommand(implement, context);
    }
    case "status":
    case "answer":
    case "pause":
    case "rollback":
    case "replay":
    case "doctor":
    case "clean": {
      const command = localCommandFor({ verb, flags });
      return (context) => command({ ...context, host: context });
    }
  }
}
