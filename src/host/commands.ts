import { backlogCommand } from "../commands/backlogCommand.ts";
import { planCommand } from "../commands/planCommand.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { implementCommand } from "../implementation/implementCommand.ts";
import type { FlagValue, Invocation } from "./commandLine.ts";

/** From the flags of a command line to the command: the one place that fills in defaults. */
export function commandFor({ verb, flags, text }: Invocation): (context: CommandContext) => Promise<CommandReport> {
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
      };
      return (context) => planCommand(plan, context);
    }
    case "backlog": {
      const backlog = {
        planFile: given.text("plan_file") ?? "tasks/PLAN.md",
        trackId: given.text("track_id"),
        output: given.text("output") ?? "tasks/BACKLOG.yaml",
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
      };
      return (context) => implementCommand(implement, context);
    }
  }
}

/** Reads parsed flags by type; what the parser let through has the type the table says. */
class GivenFlags {
  private readonly flags: Readonly<Record<string, FlagValue>>;

  constructor(flags: Readonly<Record<string, FlagValue>>) {
    this.flags = flags;
  }

  text(name: string): string | undefined {
    const value = this.flags[name];
    return typeof value === "string" ? value : undefined;
  }

  count(name: string): number | undefined {
    const value = this.flags[name];
    return typeof value === "number" ? value : undefined;
  }

  isOn(name: string): boolean {
    return this.flags[name] === true;
  }

  /** Values separated by commas. */
  list(name: string): readonly string[] | undefined {
    const items = this.text(name)?.split(",") ?? [];
    const named = items.map((item) => item.trim()).filter((item) => item !== "");
    return named.length === 0 ? undefined : named;
  }
}
