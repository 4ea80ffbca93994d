import { answerCommand } from "../commands/answerCommand.ts";
import { checkpointRollbackCommand, checkpointWishOf } from "../commands/checkpointRollback.ts";
import { cleanCommand } from "../commands/cleanCommand.ts";
import { doctorCommand } from "../commands/doctorCommand.ts";
import { pauseCommand } from "../commands/pauseCommand.ts";
import { replayCommand } from "../commands/replayCommand.ts";
import { rollbackCommand } from "../commands/rollbackCommand.ts";
import { statusCommand } from "../commands/statusCommand.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Invocation } from "./commandLine.ts";
import { GivenFlags } from "./givenFlags.ts";
import type { Verb } from "./names.ts";

/** Commands that need no agent: they run in a shell as well as inside OpenCode. */
const LOCAL_VERBS = ["status", "answer", "pause", "rollback", "replay", "doctor", "clean"] as const;
export type LocalVerb = (typeof LOCAL_VERBS)[number];

/** What such a command is given of its surroundings. */
export interface LocalContext
  extends Pick<CommandContext, "directory" | "environment" | "options" | "clock" | "pause" | "signal"> {
  /** Undefined outside of OpenCode. */
  readonly host?: Pick<CommandContext, "runner" | "models">;
}

export type LocalCommand = (context: LocalContext) => Promise<CommandReport>;

export function isLocal(verb: Verb): verb is LocalVerb {
  return LOCAL_VERBS.some((local) => local === verb);
}

export function localCommandFor({
  verb,
  flags,
}: Pick<Invocation, "flags"> & { readonly verb: LocalVerb }): LocalCommand {
  const given = new GivenFlags(flags);
  switch (verb) {
    case "status": {
      const status = {
        task: given.text("task"),
        run: given.text("run"),
        trackId: given.text("track_id"),
        history: given.isOn("history"),
        json: given.isOn("json"),
      };
      return (context) => statusCommand(status, context);
    }
    case "answer": {
      const answer = { checkpoint: given.text("checkpoint"), input: given.text("input") };
      return (context) => answerCommand(answer, context);
    }
    case "pause": {
      const pause = { task: given.text("task"), trackId: given.text("track_id"), off: given.isOn("off") };
      return (context) => pauseCommand(pause, context);
    }
    case "rollback": {
      const rollback = { task: given.text("task"), to: given.text("to"), trackId: given.text("track_id") };
      const checkpoint = given.text("checkpoint");
      const mode = given.text("mode");
      if (checkpoint === undefined && mode === undefined) return (context) => rollbackCommand(rollback, context);
      const wish = checkpointWishOf({ ...rollback, checkpoint, mode });
      return (context) => checkpointRollbackCommand(wish, context);
    }
    case "replay": {
      const replay = { run: given.text("run"), again: given.isOn("again") };
      return (context) => replayCommand(replay, context);
    }
    case "doctor": {
      const doctor = { backlogFile: given.text("backlog_file"), json: given.isOn("json") };
      return (context) => doctorCommand(doctor, context);
    }
    case "clean": {
      const clean = { run: given.text("run"), all: given.isOn("all"), force: given.isOn("force") };
      return (context) => cleanCommand(clean, context);
    }
    default:
      return unreachable(verb);
  }
}
