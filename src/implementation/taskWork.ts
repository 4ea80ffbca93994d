import { compileScope } from "../backlog/pathPattern.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import type { Result } from "../core/result.ts";
import type { Slot } from "../git/slot.ts";
import type { TaskState } from "../recovery/taskLife.ts";
import type { Backlog, ModelRef, Task } from "../types.ts";
import { maskSecrets } from "../verification/secretScan.ts";
import type { AttemptSurroundings } from "./attempt.ts";
import { archiveAttempt } from "./attemptArchive.ts";
import { type AttemptFailure, type Consequence, consequenceOf, describeFailure } from "./attemptOutcome.ts";
import type { MergeQueue } from "./mergeQueue.ts";
import { attemptTask } from "./taskAttempt.ts";
import { TaskBriefings } from "./taskBriefing.ts";
import type { TaskEnding } from "./workerPool.ts";
import type { WorktreeManager } from "./worktreeManager.ts";

export interface TaskWorkOptions {
  readonly backlog: Backlog;
  readonly surroundings: AttemptSurroundings;
  readonly worktrees: WorktreeManager;
  readonly mergeQueue: MergeQueue;
  /** Who works on a task; settled for all tasks before the first starts. */
  readonly modelOf: (task: Task) => ModelRef;
}

/** Carries one task from ready to complete or failed: attempt after attempt, each from a clean work tree. */
export class TaskWork {
  private readonly options: TaskWorkOptions;
  private readonly briefings: TaskBriefings;

  constructor(options: TaskWorkOptions) {
    this.options = options;
    this.briefings = new TaskBriefings(options.backlog, options.surroundings.control);
  }

  /** Every ending but `interrupted` and `stop-run` is final for the task; what happened is in the journal. */
  async run(task: Task): Promise<TaskEnding> {
    const slot = this.options.worktrees.take();
    try {
      return await this.attemptUntilDone(task, slot);
    } finally {
      this.options.worktrees.giveBack(slot);
    }
  }

  private async attemptUntilDone(task: Task, slot: Slot): Promise<TaskEnding> {
    const { options: limits, signal } = this.options.surroundings;
    let before: AttemptFailure | undefined;
    for (;;) {
      const number = this.stateOf(task).attempts + 1;
      const outcome = await this.attemptOnce(task, number, slot, before);
      if (outcome.ok) return "complete";
      const consequence = consequenceOf(outcome.failure);
      await this.recordFailedAttempt(task, number, outcome.failure, consequence);
      if (consequence === "stop-run") return signal.aborted ? "interrupted" : "stop-run";
      if (consequence === "interrupted") return "interrupted";
      if (consequence === "give-up" || this.stateOf(task).failedAttempts >= limits.maxAttempts) {
        return this.fail(task, outcome.failure);
      }
      if (signal.aborted) return "interrupted";
      before = outcome.failure;
    }
  }

  private async attemptOnce(
    task: Task,
    number: number,
    slot: Slot,
    before: AttemptFailure | undefined,
  ): Promise<Result<string, AttemptFailure>> {
    const { surroundings, modelOf } = this.options;
    const { recorder, onActivity } = surroundings;
    const base = recorder.head;
    const briefing = await this.briefings.brief(task, base, recorder.state, before);
    if (!briefing.ok) return briefing;
    for (const message of briefing.value.notices) onActivity(task, { kind: "notice", message });
    const model = modelOf(task);
    const attempt = { task, number, slot, model, base, briefing: briefing.value, mayWrite: compileScope(task.files) };
    const work = await attemptTask(attempt, surroundings);
    if (!work.ok) return work;
    return this.options.mergeQueue.land({ task, attempt: number, model: formatModelRef(model), work: work.value });
  }

  /** A task whose message cannot be sent fails before its attempt has begun. */
  private async recordFailedAttempt(
    task: Task,
    attempt: number,
    failed: AttemptFailure,
    consequence: Consequence,
  ): Promise<void> {
    const { control, recorder } = this.options.surroundings;
    const state = this.stateOf(task);
    if (state.attempts < attempt) return;
    const archived = await archiveAttempt(control, recorder.runId, state);
    await recorder.record({
      type: "attempt_failed",
      task: task.id,
      attempt,
      reason: failed.reason,
      message: await maskSecrets(describeFailure(failed)),
      ...(consequence === "interrupted" || consequence === "stop-run" ? { transient: true } : {}),
      ...(archived === undefined ? {} : { archived_ref: archived }),
    });
  }

  private async fail(task: Task, failed: AttemptFailure): Promise<TaskEnding> {
    const { recorder } = this.options.surroundings;
    const message = await maskSecrets(describeFailure(failed));
    await recorder.record({ type: "task_failed", task: task.id, reason: failed.reason, message });
    return "failed";
  }

  private stateOf(task: Task): TaskState {
    const state = this.options.surroundings.recorder.state.tasks.get(task.id);
    if (state === undefined) throw new Error(`task ${task.id} is not part of this run`);
    return state;
  }
}
