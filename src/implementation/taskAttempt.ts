import { join } from "node:path";
import { endLeftoverProcesses } from "../core/leftoverProcesses.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import { failure, type Result, success } from "../core/result.ts";
import { GitError } from "../git/gitFailure.ts";
import type { CapturedWork } from "../recovery/taskLife.ts";
import { runChecks } from "../verification/commandCheck.ts";
import { violations } from "../verification/evidence.ts";
import { maskSecrets } from "../verification/secretScan.ts";
import type { Attempt, AttemptSurroundings } from "./attempt.ts";
import { type AttemptFailure, describeFailure } from "./attemptOutcome.ts";
import { failureOfSpawn, spawnWorker } from "./workerSpawn.ts";

/**
 * One attempt at a task: a clean work tree at the current head, one agent session, a snapshot of what it left, and the
 * evidence that the snapshot is what the task asked for. Success is work that may go to the merge queue. What the agent
 * says about its work is not looked at.
 */
export async function attemptTask(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
): Promise<Result<CapturedWork, AttemptFailure>> {
  const { recorder } = surroundings;
  const { task, number, slot, model, base } = attempt;
  await recorder.record({
    type: "attempt_started",
    task: task.id,
    attempt: number,
    slot: slot.number,
    base,
    model: formatModelRef(model),
    message: attempt.briefing.record,
  });

  const broken = await surroundings.setup.prepare(slot, base);
  if (broken !== undefined) return failure({ reason: "setup_failed", check: broken });

  const spawned = await spawnWorker(attempt, surroundings);
  // Before anything is looked at: what still runs could go on writing.
  await endLeftoverProcesses(slot.directory);
  const captured = await capture(attempt, surroundings);
  const stopped = failureOfSpawn(spawned);
  if (stopped !== undefined) return failure(stopped);
  if (!captured.ok) return captured;

  const work = captured.value;
  const refused = await lackOfEvidence(attempt, work, surroundings);
  await recorder.record({
    type: "verification_finished",
    task: task.id,
    attempt: number,
    passed: refused === undefined,
    ...(refused === undefined ? {} : { failure: await maskSecrets(describeFailure(refused)) }),
  });
  return refused === undefined ? success(work) : failure(refused);
}

/** Saves what the agent left, whatever became of it, as a commit on the base: nothing an agent wrote is ever lost. */
async function capture(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
): Promise<Result<CapturedWork, AttemptFailure>> {
  const { recorder } = surroundings;
  const { task, number } = attempt;
  try {
    const work = await snapshot(attempt, surroundings);
    if (recorder.state.tasks.get(task.id)?.phase === "working") {
      await recorder.record({ type: "work_captured", task: task.id, attempt: number, ...work });
    }
    return success(work);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return failure({ reason: "not_capturable", message: error.message });
  }
}

async function snapshot(
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

async function lackOfEvidence(
  attempt: Attempt,
  work: CapturedWork,
  surroundings: AttemptSurroundings,
): Promise<AttemptFailure | undefined> {
  const { task, mayWrite, base } = attempt;
  const changes = await surroundings.control.changes(base, work.commit);
  const found = violations(changes, { mayWrite, allowEmpty: task.allow_empty });
  if (found.length > 0) return { reason: "violation", violations: found };
  const { failed } = await runChecks(
    task.acceptance.map((check) => check.run),
    {
      directory: attempt.slot.directory,
      environment: surroundings.environment,
      confinement: surroundings.confine(attempt.slot, { network: task.network }),
      timeoutMs: surroundings.options.taskTimeoutSeconds * 1_000,
      signal: surroundings.signal,
    },
  );
  return failed === undefined ? undefined : { reason: "acceptance_failed", check: failed };
}
