import { statusCommand } from "../commands/statusCommand.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import type { Invocation } from "./commandLine.ts";
import { GivenFlags } from "./givenFlags.ts";
import type { Verb } from "./names.ts";

/** Commands that ask no agent: they run in a shell as well as inside OpenCode. */
export type LocalVerb = "status";

/** What such a command is given of its surroundings. */
export type LocalContext = Pick<CommandContext, "directory" | "environment">;

export function isLocal(verb: Verb): verb is LocalVerb {
  return verb === "status";
}

export function localCommandFor({
  flags,
}: Pick<Invocation, "flags"> & { readonly verb: LocalVerb }): (context: LocalContext) => Promise<CommandReport> {
  const given = new GivenFlags(flags);
  const status = {
    task: given.text("task"),
    run: given.text("run"),
    trackId: given.text("track_id"),
    history: given.isOn("history"),
    json: given.isOn("json"),
  };
  return (context) => statusCommand(status, context);
}
