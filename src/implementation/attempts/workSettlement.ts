import { failure, type Result, success } from "../../core/result.ts";
import type { CapturedWork, TaskState } from "../../recovery/taskState.ts";
import type { Task } from "../../types.ts";
import type { MergeQueue } from "../landing/mergeQueue.ts";
import { checkpointName } from "./answers.ts";
import type { Attempt, AttemptSurroundings } from "./attempt.ts";
import type { AttemptFailure } from "./attemptOutcome.ts";
import { approvalsFor, proveWork } from "./workProof.ts";

/** Work that is on the branch, or that waits for a person. */
export type Settled = "complete" | "awaiting";

/** What is left of an attempt once its work has passed. */
export type PassedAttempt = Pick<Attempt, "task" | "number" | "slot" | "base">;

/**
 * From work that has passed to the branch: its proof, the person who may have to agree, the merge queue. Each step is
 * skipped that the journal has already, so that work whose process died is brought to its end without an agent.
 */
export class WorkSettlement {
  private readonly surroundings: AttemptSurroundings;
  private readonly mergeQueue: Pick<MergeQueue, "land">;

  constructor(surroundings: AttemptSurroundings, mergeQueue: Pick<MergeQueue, "land">) {
    this.surroundings = surroundings;
    this.mergeQueue = mergeQueue;
  }

  async settle(attempt: PassedAttempt, work: CapturedWork): Promise<Result<Settled, AttemptFailure>> {
    const { surroundings } = this;
    const { phase, proof } = this.stateOf(attempt.task);
    if (phase === "landing") return this.land(attempt.task, work);
    if (proof === undefined) await proveWork(attempt, work, surroundings);
    if (surroundings.signal.aborted) return failure({ reason: "interrupted" });
    const reasons = await approvalsFor(attempt, work, surroundings);
    return reasons.length > 0 ? this.askForApproval(attempt, reasons) : this.land(attempt.task, work);
  }

  /** Work that waited for a person lands, or its attempt has failed. */
  async settleAnswered(
    task: Task,
    work: CapturedWork,
    { approved, input }: { readonly approved: boolean; readonly input: string },
  ): Promise<Result<Settled, AttemptFailure>> {
    return approved ? this.land(task, work) : failure({ reason: "rejected", input });
  }

  private async askForApproval(
    { task, number }: PassedAttempt,
    reasons: readonly string[],
  ): Promise<Result<Settled, AttemptFailure>> {
    const { recorder } = this.surroundings;
    await recorder.record({
      type: "approval_requested",
      task: task.id,
      attempt: number,
      checkpoint: checkpointName(recorder.runId, task.id, number),
      question: `may it land? ${reasons[0] ?? ""}${reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : ""}.`,
      reasons: [...reasons],
    });
    return success("awaiting");
  }

  private async land(task: Task, work: CapturedWork): Promise<Result<Settled, AttemptFailure>> {
    const { attempts: attempt, model = "" } = this.stateOf(task);
    const landed = await this.mergeQueue.land({ task, attempt, model, work });
    return landed.ok ? success("complete") : landed;
  }

  private stateOf({ id }: Task): TaskState {
    const state = this.surroundings.recorder.state.tasks.get(id);
    if (state === undefined) throw new Error(`task ${id} is not part of this run`);
    return state;
  }
}
