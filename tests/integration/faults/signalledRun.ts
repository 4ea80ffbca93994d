/**
 * A process that runs `implement` with scripted agents and ends on signals as `opencode run` does. Arguments: the track's
 * folder, and the repository. Prints a line once signals reach it, then, unless one does, the outcome as JSON.
 */
import { setTimeout as wait } from "node:timers/promises";
import { deferred } from "../../../src/core/deferred.ts";
import { processShutdown } from "../../../src/core/gracefulShutdown.ts";
import { messageOf } from "../../../src/core/refusal.ts";
import { repositoryAt } from "../../support/repository.ts";
import type { Script } from "../../support/scriptedRunner.ts";
import { fileOf, Track } from "../../support/track.ts";

const [folder = "", repository = ""] = process.argv.slice(2);

/** As long as a turn of a model, and a command, that are quick. */
const TURN_MS = 60;

/** Writes its word in two steps, with a turn of a model before each, which an abort cuts short. */
const writesInTurns: Script = async (agent) => {
  const turn = () => wait(TURN_MS, undefined, { signal: agent.options.signal }).catch(() => undefined);
  await turn();
  await agent.edit(fileOf(agent.task), "wo\n");
  await turn();
  await agent.edit(fileOf(agent.task), "word\n");
  return undefined;
};

const settled = deferred<void>();
const { signal } = processShutdown().beginRun({ name: "implement", mayExit: true, onStop: () => settled.promise });
process.stdout.write("begun\n");
const track = new Track(folder, repositoryAt(repository));
const outcome = await track.implement(writesInTurns, { signal }).then(
  ({ report }) => report.outcome,
  (error: unknown) => ({ done: false, reason: messageOf(error) }),
);
settled.resolve();
// On its way out: how it ends is for the shutdown to say.
if (signal.aborted) await new Promise(() => undefined);
process.stdout.write(`${JSON.stringify(outcome)}\n`);
process.exit(0);
