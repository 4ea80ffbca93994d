import type { BacklogManager } from "../backlog/backlogManager.ts";
import { Refusal } from "../core/refusal.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import type { Git } from "../git/gitProcess.ts";
import { readTrackBranch } from "../git/trackBranch.ts";
import type { UserRepository } from "../git/userRepository.ts";
import type { RunLog } from "../recovery/runLog.ts";
import { RunRequests } from "./requests/runRequests.ts";
import { handedOn } from "./runHandover.ts";
import { closeAttempts, orClosed, type RunOpener, type RunPurpose, startRun } from "./runOpening.ts";
import { RunRecorder } from "./runRecorder.ts";
import { describeUnwritten, StatusProjection } from "./statusProjection.ts";

/**
 * Ends a run and begins the one that follows it, which is told what still holds of the tasks. The old journal is not read
 * again: what landed has to be in the file first.
 */
export async function takeOver(
  opener: RunOpener,
  run: RunLog,
  manager: BacklogManager,
  purpose: RunPurpose,
): Promise<RunLog> {
  await takeAnswers(run, opener.state.runDirectory(run.runId));
  await closeAttempts(opener.control, run);
  const landed = await showLanded(run, manager);
  await run.record({ type: "run_finished", outcome: "incomplete" });
  await run.close();
  const tasks = purpose.tasks.filter(({ id }) => !landed.has(id));
  const next = await startRun(opener, { ...purpose, tasks });
  return orClosed(next, async () => {
    for (const known of handedOn(run.state, purpose.backlog, tasks)) await next.record(known);
  });
}

async function showLanded(run: RunLog, manager: BacklogManager): Promise<ReadonlySet<string>> {
  const tasks = [...run.state.tasks.values()];
  const landed = new Set(tasks.filter((task) => task.phase === "complete").map((task) => task.id));
  const ignore = () => undefined;
  const written = await new StatusProjection(manager, () => run.state, landed, ignore).settle(true);
  if (!written.ok) throw new Refusal(`What the last run landed is kept, but ${describeUnwritten(written.failure)}`);
  return landed;
}

/** What a person has answered since goes on record before nobody looks there any more. */
async function takeAnswers(run: RunLog, runDirectory: string): Promise<void> {
  const recorder = new RunRecorder(run, () => undefined);
  const since = Number.POSITIVE_INFINITY;
  const rollBack = async () => ({ done: false, message: "another run follows: ask again" });
  const foregone = async () => undefined;
  await new RunRequests({ runDirectory, recorder, since, foregone, onRollback: () => undefined, rollBack }).take();
}

/**
 * Where a branch that is not there yet begins: at the user's commit, or, deleted under an open run, where that was.
 * @param head of the open run; undefined: there is none
 */
export async function startOf(
  { git, user, control }: { readonly git: Git; readonly user: UserRepository; readonly control: ControlRepository },
  trackId: string,
  head: string | undefined,
): Promise<string> {
  if (head === undefined || (await readTrackBranch(git, user, trackId)) !== undefined) return user.head;
  return (await control.isAncestor(head, user.head)) ? user.head : head;
}
