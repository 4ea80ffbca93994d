/**
 * A process that runs `implement` with scripted agents and meets trouble on the way. Argument: a `TroubledRun` as JSON.
 * Writes how it ended, a `RunEnding`, to a file, unless it is killed.
 */
import { writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { type Effect, interfere, passThrough } from "../../support/trouble/effects.ts";
import { Keys } from "../../support/trouble/keys.ts";
import type { RunEnding, TroubledRun } from "../../support/trouble/troubledRun.ts";
import { interferenceOf } from "../../support/trouble/troubles.ts";

const run = JSON.parse(process.argv[2] ?? "{}") as TroubledRun;
process.env.TMPDIR = run.temporary;
const keys = new Keys();
const interference = interferenceOf(run.trouble, keys);
interfere(run.folder, interference);

// Only from here on, since what they import is what is interfered with.
const { Journal } = await import("../../../src/recovery/journal.ts");
const { explainThrown } = await import("../../../src/commands/brokenMachine.ts");
const { Track, fileOf } = await import("../../support/track.ts");
const { repositoryAt } = await import("../../support/repository.ts");
type Script = import("../../support/scriptedRunner.ts").Script;

const append = Journal.prototype.append;
Journal.prototype.append = function (event) {
  const { type, task } = event as { type: string; task?: string };
  const name = ["event", type, task].filter((word) => word !== undefined).join(" ");
  return passThrough({ kind: "event", name, writes: true }, () => append.call(this, event), interference);
};

/** Longer than writes may pause before what they made is saved. */
const LONG_ENOUGH_FOR_A_CHECKPOINT_MS = 1_300;

/** Writes its word in two steps by watched tools; one of them so slowly that it is saved between the two. */
const writesInSteps: Script = async (agent) => {
  const effect = (kind: Effect["kind"], name: string): Effect => ({
    kind,
    name: `${name} ${agent.task}`,
    writes: true,
  });
  const edit = (text: string) =>
    passThrough(effect("tool", `write ${text.trim()}`), () => agent.edit(fileOf(agent.task), text), interference);
  return passThrough(
    effect("host", "spawn"),
    async () => {
      await edit("wo\n");
      if (agent.task === run.slowTask) await wait(LONG_ENOUGH_FOR_A_CHECKPOINT_MS);
      await edit("word\n");
      return undefined;
    },
    interference,
  );
};

async function implement(): Promise<RunEnding> {
  const track = new Track(run.folder, repositoryAt(run.repository));
  const lines: string[] = [];
  try {
    const { report, runner } = await track.implement(writesInSteps, { onProgress: (line) => lines.push(line) });
    const { outcome, text } = report;
    return { kind: "report", outcome, text, tasks: runner.tasks, progress: lines, noted: keys.all };
  } catch (error) {
    const explained = explainThrown(error);
    const message = explained ?? String(error);
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    return { kind: explained !== undefined ? "refusal" : "error", message, stack, progress: lines, noted: keys.all };
  }
}

writeFileSync(run.answer, JSON.stringify(await implement()));
// What has not ended by now must not keep a process that has said how it ended.
process.exit(0);
