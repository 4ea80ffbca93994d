import type { CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { whereKept } from "../recovery/keptRuns.ts";
import { CleaningLedger } from "./clean/cleaningLedger.ts";
import { type CleanContext, type CleanScene, readCleanScene } from "./clean/cleanScene.ts";
import { nameForeign, removeHalfWritten, removeShared } from "./clean/leftFiles.ts";
import { runsToSetAside, setRunAside } from "./clean/leftRuns.ts";
import { removeTracksWithoutRuns } from "./clean/leftTracks.ts";
import { removeWorkTrees } from "./clean/leftWorkTrees.ts";

export interface CleanFlags {
  readonly run: string | undefined;
  readonly all: boolean;
  readonly force: boolean;
}

/**
 * `clean`: removes what finished and dead runs left and nothing needs any more; with `--run` or `--all` sets runs aside too.
 * Only what journals say we made goes, every commit is kept under a private ref first, and nothing of a live process is
 * touched. It can be cut off anywhere, and run again.
 */
export async function cleanCommand(flags: CleanFlags, context: CleanContext): Promise<CommandReport> {
  if (flags.all && flags.run !== undefined) throw new Refusal("--run names one run and --all means all: choose one.");
  if (flags.force && !flags.all && flags.run === undefined) {
    throw new Refusal("--force needs --run=<id> or --all: without them nothing is removed that would need it.");
  }
  const ledger = new CleaningLedger();
  const scene = await readCleanScene(context, ledger);
  if (scene === undefined) {
    if (flags.run !== undefined) throw new Refusal(`No run '${flags.run}' is known here; there is none.`);
    return { text: ledger.text, outcome: { done: true } };
  }
  const { run } = flags;
  const ids = run === undefined ? [] : await namedRun(run, scene);
  await removeWorkTrees(scene);
  await removeShared(scene);
  await removeHalfWritten(scene);
  const chosen = flags.all ? await runsToSetAside(flags.force, scene) : ids;
  for (const id of chosen) {
    if (!context.signal.aborted) await setRunAside(id, flags.force, scene);
  }
  if (flags.all && !context.signal.aborted) await removeTracksWithoutRuns(flags.force, scene);
  if (context.signal.aborted) ledger.refuse("Interrupted: run the same again, it goes on where it was.");
  await nameForeign(scene);
  const { reason, text } = ledger;
  return { text, outcome: reason === undefined ? { done: true } : { done: false, reason } };
}

/** None: it was cleaned before, which is said. */
async function namedRun(id: string, { ledger, runs, state }: CleanScene): Promise<readonly string[]> {
  if (runs.some((run) => run.id === id)) return [id];
  const kept = await whereKept(state, id);
  if (kept === undefined) {
    const latest = runs.slice(0, 5).map((run) => run.id);
    const known = latest.length === 0 ? "there is none" : `the latest are ${latest.join(", ")}`;
    throw new Refusal(`No run '${id}' is known here; ${known}.`);
  }
  ledger.setAside(kept);
  return [];
}
