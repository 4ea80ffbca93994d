import { WORKER_MESSAGE_BYTES } from "../../backlog/taskMessage.ts";
import { endLeftoverProcesses } from "../../core/leftoverProcesses.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { correctionMessage } from "../../rebasing/correction.ts";
import { maskedMess } from "../../rebasing/maskedMess.ts";
import type { CapturedWork } from "../../recovery/taskState.ts";
import { maskSecrets } from "../../verification/secretScan.ts";
import type { Watch } from "../supervision/superviseAttempt.ts";
import type { Attempt, AttemptSurroundings } from "./attempt.ts";
import { type AttemptFailure, describeFailure, messOf } from "./attemptOutcome.ts";
import { captureWork } from "./workCapture.ts";
import { examineWork } from "./workEvidence.ts";

/**
 * H11. Looks at what an agent left each time it comes to rest, whatever it says, and sends back what failed, a few
 * times, while the session still knows what it did.
 */
export class SelfCorrection {
  private readonly attempt: Attempt;
  private readonly surroundings: AttemptSurroundings;
  private latest: Result<CapturedWork, AttemptFailure> | undefined;
  private readonly whileAtRest: Watch["whileAtRest"];
  private corrections = 0;

  constructor(attempt: Attempt, surroundings: AttemptSurroundings, whileAtRest: Watch["whileAtRest"]) {
    this.attempt = attempt;
    this.surroundings = surroundings;
    this.whileAtRest = whileAtRest;
  }

  /** What the agent had left when it last came to rest; undefined: it never did. */
  get outcome(): Result<CapturedWork, AttemptFailure> | undefined {
    return this.latest;
  }

  /** What the agent is told next; undefined: nothing, since its work passes or cannot be mended so. */
  readonly followUp = async (): Promise<string | undefined> => {
    const { options, recorder, signal } = this.surroundings;
    const { base, number, scope, slot, task } = this.attempt;
    const outcome = await this.examine();
    this.latest = outcome;
    if (outcome.ok || signal.aborted || this.corrections >= options.maxSelfCorrections) return undefined;
    const mess = isCorrectable(outcome.failure) ? messOf(outcome.failure) : undefined;
    if (mess === undefined) return undefined;

    this.corrections++;
    await recorder.record({ type: "correction_sent", task: task.id, attempt: number, correction: this.corrections });
    return correctionMessage(await maskedMess(mess, maskSecrets), {
      scope: scope.entries,
      maxBytes: WORKER_MESSAGE_BYTES,
      number: this.corrections,
      limit: options.maxSelfCorrections,
      base,
      directories: [slot.directory],
    });
  };

  /** Looks before any agent is asked: an earlier attempt may have been stopped when only the looking was left. */
  async isDoneAlready(): Promise<boolean> {
    this.latest = await this.examine();
    return this.latest.ok;
  }

  private async examine(): Promise<Result<CapturedWork, AttemptFailure>> {
    const { attempt, surroundings } = this;
    // Before anything is looked at: what still runs could go on writing.
    await endLeftoverProcesses(attempt.slot.directory);
    const captured = await this.whileAtRest(() => captureWork(attempt, surroundings, false));
    if (!captured.ok) return captured;
    const { failed, results } = await examineWork(attempt, captured.value, surroundings);
    // A check that was stopped says nothing: the work is still to be looked at.
    if (failed !== undefined && "check" in failed && failed.check.aborted) return failure(failed);
    await surroundings.recorder.record({
      type: "verification_finished",
      task: attempt.task.id,
      attempt: attempt.number,
      passed: failed === undefined,
      ...(failed === undefined ? {} : { failure: await maskSecrets(describeFailure(failed)) }),
      results: [...results],
    });
    return failed === undefined ? success(captured.value) : failure(failed);
  }
}

/** A stopped check says nothing about the work. */
function isCorrectable(failed: AttemptFailure): boolean {
  if (failed.reason === "acceptance_failed") return !failed.check.aborted;
  return failed.reason === "violation";
}
