import type { SpawnResult } from "../../core/agentRunner.ts";
import { endLeftoverProcesses } from "../../core/leftoverProcesses.ts";
import { formatModelRef } from "../../core/modelCatalog.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { CapturedWork } from "../../recovery/taskState.ts";
import { patchTask } from "../patches/patchTask.ts";
import { superviseAttempt, type Watch } from "../supervision/superviseAttempt.ts";
import type { Halt } from "../supervision/taskSupervisor.ts";
import type { Attempt, AttemptSurroundings } from "./attempt.ts";
import type { AttemptFailure } from "./attemptOutcome.ts";
import { SelfCorrection } from "./selfCorrection.ts";
import { captureWork } from "./workCapture.ts";
import { promptVersionOf } from "./workerPrompt.ts";
import { workerSeed } from "./workerSeed.ts";
import { failureOfSpawn, spawnWorker } from "./workerSpawn.ts";

/**
 * One attempt at a task: a clean work tree at the current head, one agent session that is watched, a snapshot of what it
 * left, and the evidence that the snapshot is what the task asked for. Success is work that may go to the merge queue, or a
 * question to a person, with what there is of the work saved.
 * What the agent says about its work is not looked at.
 */
export async function attemptTask(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
): Promise<Result<CapturedWork | "asked", AttemptFailure>> {
  const { recorder } = surroundings;
  const { task, number, slot, route, base, continues } = attempt;
  await recorder.record({
    type: "attempt_started",
    task: task.id,
    attempt: number,
    slot: slot.number,
    base,
    model: formatModelRef(route.model),
    message: attempt.briefing.record,
    context: attempt.briefing.context,
    mode: attempt.mode,
    ...(continues === undefined ? {} : { continues: { attempt: continues.attempt, commit: continues.commit } }),
    prompt: promptVersionOf(attempt.mode),
    seed: workerSeed(recorder.runId, task.id, number),
  });

  const broken = await surroundings.setup.prepare(slot, continues?.commit ?? base);
  if (broken !== undefined) return failure({ reason: "setup_failed", check: broken });
  await slot.giveTo({ run: recorder.runId, task: task.id, attempt: number });

  const watch = superviseAttempt(attempt, surroundings);
  try {
    return await watchedAttempt(attempt, surroundings, watch);
  } finally {
    // Also where it has broken: its timers and listeners would outlive the run.
    surroundings.watches.delete(task.id);
    await watch.end();
  }
}

async function watchedAttempt(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
  watch: Watch,
): Promise<Result<CapturedWork | "asked", AttemptFailure>> {
  const { continues, slot, task } = attempt;
  const correction = new SelfCorrection(attempt, surroundings, watch.whileAtRest);
  const isDone = continues?.isWhole === true && (await correction.isDoneAlready());
  if (isDone || surroundings.signal.aborted) return correction.outcome ?? failure({ reason: "interrupted" });
  if (attempt.mode === "patch") {
    await watch.end();
    return patchTask(attempt, surroundings);
  }
  surroundings.watches.set(task.id, watch);
  const spawned = await spawnWorker(attempt, surroundings, {
    role: "worker",
    supervisor: watch.supervisor,
    followUp: correction.followUp,
    signal: watch.signal,
    hold: watch.hold,
  });
  surroundings.watches.delete(task.id);
  const cutOffBy = causeOfCut(spawned, watch.supervisor.halt);
  if (cutOffBy !== undefined) {
    await endLeftoverProcesses(slot.directory);
    await watch.checkpointAfter(cutOffBy);
  }
  await watch.end();
  // It may have been asked while the session was ending for another reason.
  if (watch.supervisor.asked !== undefined) {
    await endLeftoverProcesses(slot.directory);
    return success("asked");
  }
  const stopped = failureOfHalt(watch.supervisor.halt) ?? failureOfSpawn(spawned);
  if (stopped === undefined) return correction.outcome ?? failure({ reason: "interrupted" });

  await captureWork(attempt, surroundings, true);
  return failure(stopped);
}

/** H9. What a checkpoint of work is called whose agent did not come to rest by itself; undefined: it did. */
function causeOfCut(spawned: SpawnResult, halt: Halt | undefined): string | undefined {
  switch (spawned.status) {
    case "timeout":
      return spawned.isIdle === true ? "idle" : "timeout";
    case "error":
      return halt?.reason ?? spawned.failure.reason;
    case "success":
      return halt?.reason;
    case "checkpoint":
      return undefined;
    default:
      return unreachable(spawned);
  }
}

function failureOfHalt(halt: Halt | undefined): AttemptFailure | undefined {
  if (halt === undefined || halt.reason === "question") return undefined;
  return halt.reason === "drift" ? { reason: "drifted", signals: halt.signals } : halt;
}
