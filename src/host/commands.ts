import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import type { Invocation } from "./commandLine.ts";

export function commandFor(invocation: Invocation): (context: CommandContext) => Promise<CommandReport> {
  return async (context) => {
    const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    const base = {
      title: "probe",
      model: context.models.sessionModel,
      timeoutSeconds: 30,
      system: "SYS",
      signal: context.signal,
    };
    const one = await context.runner.spawnAgent("planner", "please answer", {
      ...base,
      directory: context.directory,
      answerSchema: schema,
      onActivity: (a) => process.stderr.write(JSON.stringify(a) + "\n"),
    });
    const two = await context.runner.spawnAgent("worker", "please work", {
      ...base,
      directory: "/tmp/probe/wt",
      onActivity: (a) => process.stderr.write(JSON.stringify(a) + "\n"),
    });
    return {
      text: JSON.stringify({ invocation, one, two }, null, 1),
      outcome: invocation.verb === "plan" ? { done: true } : { done: false, reason: "the reason" },
    };
  };
}
