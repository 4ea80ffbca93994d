import { type Result, success } from "../../core/result.ts";
import type { Slot } from "../../git/slot.ts";
import { lessonOf } from "../../rebasing/lessons.ts";
import { maskedMess } from "../../rebasing/maskedMess.ts";
import { nextAttempt, type RebaseDecision } from "../../rebasing/rebaseEngine.ts";
import { hasPassed, isInAttempt, type TaskState } from "../../recovery/taskState.ts";
import type { Backlog, Task } from "../../types.ts";
import { maskSecrets } from "../../verification/secretScan.ts";
import type { MergeQueue } from "../landing/mergeQueue.ts";
import type { NoRoute, RouteNow } from "../modelRouter.ts";
import type { RoutedTask } from "../models/workerModels.ts";
import { TaskScope } from "../supervision/taskScope.ts";
import type { TaskEnding } from "../workerPool.ts";
import type { WorktreeManager } from "../worktreeManager.ts";
import type { AttemptSurroundings } from "./attempt.ts";
import { archiveAttempt } from "./attemptArchive.ts";
import { type AttemptFailure, type Consequence, consequenceOf, describeFailure, messOf } from "./attemptOutcome.ts";
import { startOfAttempt } from "./attemptStart.ts";
import { attemptTask } from "./taskAttempt.ts";
import { TaskBriefings } from "./taskBriefing.ts";
import { type Settled, WorkSettlement } from "./workSettlement.ts";

export interface TaskWorkOptions {
  readonly backlog: Backlog;
  readonly surroundings: AttemptSurroundings;
  readonly worktrees: WorktreeManager;
  readonly mergeQueue: MergeQueue;
  /** A reason to begin no further attempt, such as a budget that is used up, or a person who wants it to stand still. */
  readonly whyNotAgain: (task: Task) => string | undefined;
  /** True: nobody in this process goes on with the run; whoever does later takes it up as after a crash. */
  readonly isRunEnding: () => boolean;
  /** What a failed attempt taught goes on record, beside the journal. */
  readonly onLesson: (task: Task) => Promise<void>;
  /** A task that will not be tried again; writes down what a person needs. */
  readonly onGivenUp: (task: Task, failed: AttemptFailure | undefined) => Promise<void>;
}

type Regenerate = Extract<RebaseDecision, { kind: "regenerate" }>;

/** Carries one task from ready to complete or failed: attempt after attempt. */
export class TaskWork {
  private readonly options: TaskWorkOptions;
  private readonly briefings: TaskBriefings;
  private readonly settlement: WorkSettlement;

  constructor(options: TaskWorkOptions) {
    this.options = options;
    this.briefings = new TaskBriefings(options.backlog, options.surroundings.control);
    this.settlement = new WorkSettlement(options.surroundings, options.mergeQueue);
  }

  /** Every ending but `interrupted`, `postponed` and `stop-run` is final for the task; what happened is in the journal. */
  async run(task: Task): Promise<TaskEnding> {
    return (await this.takeUp(task)) ?? this.inSlot((slot) => this.attemptUntilDone(task, slot));
  }

  /** Before this nobody can work on it, in milliseconds since the epoch, as far as is known; undefined: somebody may. */
  notBefore(task: Task): number | undefined {
    const { models, options } = this.options.surroundings;
    const decision = nextAttempt(this.stateOf(task), options);
    return decision.kind === "give_up" ? undefined : models.notBefore(this.routed(task, decision));
  }

  /** It cannot be done, since another was given up. Work of it that had passed and waited to land is archived. */
  async skip(task: Task, because: string): Promise<void> {
    const state = this.stateOf(task);
    if (isInAttempt(state))
      await this.recordFailedAttempt(task, state.attempts, { reason: "interrupted" }, "interrupted");
    await this.options.surroundings.recorder.record({ type: "task_skipped", task: task.id, because });
  }

  /** What is left of an attempt whose work had passed is done without an agent; undefined: there is more to do. */
  private async takeUp(task: Task): Promise<TaskEnding | undefined> {
    const state = this.stateOf(task);
    const { attempts, base, inquiry, work } = state;
    if (work === undefined || base === undefined) return undefined;
    if (inquiry?.kind === "approval" && inquiry.answer !== undefined) {
      return this.ended(task, attempts, await this.settlement.settleAnswered(task, work, inquiry.answer));
    }
    if (!hasPassed(state)) return undefined;
    return this.inSlot(async (slot) => {
      const settled = await this.settlement.settle({ task, number: attempts, slot, base }, work);
      return this.ended(task, attempts, settled);
    });
  }

  private async inSlot<Value>(use: (slot: Slot) => Promise<Value>): Promise<Value> {
    const slot = this.options.worktrees.take();
    try {
      return await use(slot);
    } finally {
      this.options.worktrees.giveBack(slot);
    }
  }

  /** Undefined: the task may be attempted again. */
  private async ended(
    task: Task,
    attempt: number,
    settled: Result<Settled, AttemptFailure>,
  ): Promise<TaskEnding | undefined> {
    return settled.ok ? settled.value : this.close(task, attempt, settled.failure);
  }

  private async attemptUntilDone(task: Task, slot: Slot): Promise<TaskEnding> {
    const { models, options: limits, pause, signal } = this.options.surroundings;
    for (let isFirst = true; ; isFirst = false) {
      const decision = nextAttempt(this.stateOf(task), limits);
      if (decision.kind === "give_up") return this.giveUp(task, undefined);
      if (!isFirst) await pause(decision.delayMs, signal);
      if (signal.aborted) return "interrupted";
      // The pool, which is given the task back, starts nothing for the same reason.
      if (!isFirst && this.options.whyNotAgain(task) !== undefined) return "postponed";

      const route = await models.choose(this.routed(task, decision));
      if (!route.ok) return this.withoutModel(task, route.failure);
      const number = this.stateOf(task).attempts + 1;
      const outcome = await this.attemptOnce(task, number, slot, decision, route.value);
      await models.giveBack(route.value.model);
      const ending = await this.ended(task, number, outcome);
      if (ending !== undefined) return ending;
    }
  }

  private withoutModel(task: Task, noRoute: NoRoute): TaskEnding {
    if (noRoute.reason === "cooling") return "postponed";
    this.options.surroundings.onActivity(task, { kind: "notice", message: noRoute.message });
    return "stop-run";
  }

  private async attemptOnce(
    task: Task,
    number: number,
    slot: Slot,
    decision: Regenerate,
    route: RouteNow,
  ): Promise<Result<Settled, AttemptFailure>> {
    const { surroundings } = this.options;
    const { recorder, onActivity } = surroundings;
    const mode = surroundings.mode === "patch" ? "patch" : decision.mode;
    const { base, continues, past } = await startOfAttempt(this.stateOf(task), recorder.head, surroundings.control);
    const briefing = await this.briefings.brief(task, base, recorder.state, decision.context, past);
    if (!briefing.ok) return briefing;
    for (const message of briefing.value.notices) onActivity(task, { kind: "notice", message });

    const scope = new TaskScope(task, this.stateOf(task).grantedPaths);
    const routed = this.routed(task, decision);
    const attempt = { task, number, slot, route, routed, mode, base, continues, briefing: briefing.value, scope };
    const work = await attemptTask(attempt, surroundings);
    if (!work.ok) return work;
    return work.value === "asked" ? success("awaiting") : this.settlement.settle(attempt, work.value);
  }

  /** Writes down a failed attempt and what was learned; undefined: the task may be attempted again. */
  private async close(task: Task, attempt: number, failed: AttemptFailure): Promise<TaskEnding | undefined> {
    const { signal } = this.options.surroundings;
    const consequence = consequenceOf(failed);
    // Closed, it would have to pass again, and a person to agree again.
    const isLeftToLand = consequence === "interrupted" && this.options.isRunEnding() && hasPassed(this.stateOf(task));
    if (isLeftToLand) return "interrupted";
    await this.recordFailedAttempt(task, attempt, failed, consequence);
    switch (consequence) {
      case "interrupted":
        return "interrupted";
      case "stop-run":
        return signal.aborted ? "interrupted" : "stop-run";
      case "give-up":
        return this.giveUp(task, failed);
      case "other-model":
        return signal.aborted ? "interrupted" : undefined;
      case "regenerate": {
        await this.options.onLesson(task);
        const isLast = nextAttempt(this.stateOf(task), this.options.surroundings.options).kind === "give_up";
        if (isLast) return this.giveUp(task, failed);
        return signal.aborted ? "interrupted" : undefined;
      }
    }
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
    const isTransient = consequence !== "regenerate" && consequence !== "give-up";
    await recorder.record({
      type: "attempt_failed",
      task: task.id,
      attempt,
      reason: failed.reason,
      message: await maskSecrets(describeFailure(failed)),
      ...(isTransient ? { transient: true } : await this.lessonFields(failed)),
      ...(archived === undefined ? {} : { archived_ref: archived }),
    });
  }

  private async lessonFields(failed: AttemptFailure): Promise<{ mess?: string; lesson?: string }> {
    const mess = messOf(failed);
    if (mess === undefined) return {};
    const masked = await maskedMess(mess, maskSecrets);
    return { mess: mess.mess, lesson: lessonOf(masked, this.options.worktrees.directories) };
  }

  private async giveUp(task: Task, failed: AttemptFailure | undefined): Promise<TaskEnding> {
    const { recorder } = this.options.surroundings;
    const before = this.stateOf(task).failure;
    const reason = failed?.reason ?? before?.reason ?? "failed";
    const message = failed === undefined ? (before?.message ?? "") : await maskSecrets(describeFailure(failed));
    await this.options.onGivenUp(task, failed);
    await recorder.record({ type: "task_failed", task: task.id, reason, message });
    return "failed";
  }

  private routed(task: Task, { escalations, tooWeak }: Regenerate): RoutedTask {
    return { task, complexity: this.options.surroundings.complexityOf(task), history: { escalations, tooWeak } };
  }

  private stateOf(task: Task): TaskState {
    const state = this.options.surroundings.recorder.state.tasks.get(task.id);
    if (state === undefined) throw new Error(`task ${task.id} is not part of this run`);
    return state;
  }
}
