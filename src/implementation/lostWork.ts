import { Refusal } from "../core/refusal.ts";
import { ControlRepository } from "../git/controlRepository.ts";
import { headFor, readTrackBranch, trackBranchName } from "../git/trackBranch.ts";
import { findUnfinishedRun, readRun } from "../recovery/runStore.ts";
import type { ImplementScene } from "./implementScene.ts";
import { type KeptWork, lostTasks, whereLostIsKept } from "./landing/lostTasks.ts";
import { landedIn, readWholeHistory } from "./landing/trackHistory.ts";
import { startOf } from "./runTakeOver.ts";

/**
 * Throws `Refusal` where the backlog calls tasks complete that landed here and that the commit a run would begin from lacks:
 * what depends on them would be built without them. What a person completed by hand no journal tells of.
 */
export async function refuseLostWork(scene: ImplementScene): Promise<void> {
  const { git, user, state, backlog, backlogFile } = scene;
  const { track_id: trackId } = backlog;
  const complete = new Set(backlog.tasks.filter(({ status }) => status === "complete").map(({ id }) => id));
  if (complete.size === 0) return;
  const landed = landedIn(await readWholeHistory(state, trackId)).filter(({ task }) => complete.has(task));
  if (landed.length === 0) return;

  const control = await ControlRepository.open(git, state, user);
  const start = await startOf({ git, user, control }, trackId, await headOfOpenRun(scene));
  const head = await headFor(git, user, control, trackId, start);
  const lost = await lostTasks(control, landed, [head]);
  if (lost.length === 0) return;
  const kept = await whereLostIsKept(control, trackId, lost);
  const isThere = (await readTrackBranch(git, user, trackId)) !== undefined;
  const names = listed(lost.map(({ task }) => task));
  const commands = kept.map(({ ref }, index) => bringBack(ref, trackId, control.directory, isThere || index > 0));
  throw new Refusal(
    [
      `${backlogFile} calls ${names} complete, but that work is not in the history of ${head.slice(0, 9)}, which the run would begin from: nothing was run.`,
      ...kept.map((one) => `It is kept in ${control.directory}: ${describe(one)}.`),
      `Either have it done again: set ${names} to pending in ${backlogFile}. Or bring it back:`,
      ...commands.map((command) => `  ${command}`),
    ].join("\n"),
  );
}

async function headOfOpenRun({ state, backlog }: ImplementScene): Promise<string | undefined> {
  const open = await findUnfinishedRun(state.runs, backlog.track_id);
  if (!open.ok || open.value === undefined) return undefined;
  const run = await readRun(state.runs, open.value);
  return run.ok ? run.value.head : undefined;
}

function bringBack(ref: string, trackId: string, repository: string, isThere: boolean): string {
  const branch = trackBranchName(trackId);
  if (!isThere) return `git fetch '${repository}' ${ref}:refs/heads/${branch}`;
  return `git switch ${branch} && git fetch '${repository}' ${ref} && git merge FETCH_HEAD && git switch -`;
}

function describe({ ref, tasks }: KeptWork): string {
  return `${ref} (${listed(tasks)})`;
}

/** The first ten; a list is there to remind, not to be complete. */
function listed(names: readonly string[]): string {
  const more = names.length > 10 ? `, and ${names.length - 10} more` : "";
  return `${names.slice(0, 10).join(", ")}${more}`;
}
