import { join } from "node:path";
import { failure, type Result, success } from "../../core/result.ts";
import { GitError } from "../../git/gitFailure.ts";
import type { CapturedWork } from "../../recovery/taskState.ts";
import type { Attempt, AttemptSurroundings } from "./attempt.ts";
import type { AttemptFailure } from "./attemptOutcome.ts";

/**
 * Saves what the agent left, whatever became of it, as a commit on the base: nothing an agent wrote is ever lost.
 * `cutOff`: it was stopped at work, so that what is there may be half of something.
 */
export async function captureWork(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
  cutOff: boolean,
): Promise<Result<CapturedWork, AttemptFailure>> {
  const { recorder } = surroundings;
  const { continues, task, number } = attempt;
  try {
    const work = await snapshotWork(attempt, surroundings);
    const phase = recorder.state.tasks.get(task.id)?.phase;
    // Before an agent is asked there is only what an earlier one had come to rest with.
    if (phase === "working" || (phase === "preparing" && continues?.isWhole === true)) {
      await keepTurn(work, attempt, surroundings);
      const stopped = cutOff ? { cut_off: true } : {};
      await recorder.record({ type: "work_captured", task: task.id, attempt: number, ...work, ...stopped });
    }
    return success(work);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return failure({ reason: "not_capturable", message: error.message });
  }
}

async function snapshotWork(
  { task, number, slot, base }: Attempt,
  { author, control, indexes }: AttemptSurroundings,
): Promise<CapturedWork> {
  const tree = await control.snapshot(slot.directory, { base, indexFile: join(indexes, `slot-${slot.number}`) });
  const commit =
    tree === (await control.treeOf(base))
      ? base
      : await control.commit({ tree, parents: [base], message: `${task.id}: attempt ${number}`, author });
  const paths = (await control.changes(base, commit)).map((change) => change.path);
  return { commit, tree, paths };
}

/** Each turn of an agent stays reachable, also once another follows it or it has landed; which it was the journal says. */
async function keepTurn(
  { commit }: CapturedWork,
  { task, number, base }: Attempt,
  { control, recorder }: AttemptSurroundings,
): Promise<void> {
  if (commit === base) return;
  await control.pin(`refs/mac/turns/${recorder.runId}/${task.id}/${number}/${commit}`, commit);
}
