import { failure, type Result, success } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import type { RunEvent, RunEventOf } from "./runEvents.ts";
import { advanceTask, newTask, type TaskState } from "./taskLife.ts";

/** Everything a run's events tell. */
export interface RunState {
  /** The first event; undefined while there is none. */
  readonly started: RunEventOf<"run_started"> | undefined;
  /** By id, in the backlog's order. */
  readonly tasks: ReadonlyMap<string, TaskState>;
  /** Where the track's branch is: the last landed commit, or the base. */
  readonly head: string | undefined;
  readonly tokens: number;
  readonly costUsd: number;
  readonly interrupted: boolean;
  /** Of the backlog as the run knows it, tasks of gap plans included. */
  readonly backlogDigest: string | undefined;
  /** Gap plans that were made (H6). */
  readonly gapPlans: number;
  /** The latest check of the goal; undefined: none since the last task landed. */
  readonly goal: { readonly met: boolean; readonly missing: readonly string[] } | undefined;
  readonly outcome: RunEventOf<"run_finished">["outcome"] | undefined;
  /** The last commit that the user's `mac/<track_id>` was set to. */
  readonly publishedCommit: string | undefined;
  readonly fastForwarded: { readonly branch: string; readonly commit: string } | undefined;
}

/** An event that cannot follow the ones before it. In a journal: it was not written by a sound version of this code. */
export interface IllegalEvent {
  readonly reason: "illegal_event";
  readonly event: RunEvent["type"];
  readonly message: string;
}

type MutableRunState = {
  -readonly [Key in keyof RunState]: Key extends "tasks" ? Map<string, TaskState> : RunState[Key];
};

/**
 * Follows a run event by event. `state` is a live view: it changes with the next event; the `TaskState`s in it do not.
 * In place, so that an event costs the same however many tasks there are.
 */
export class RunProjection {
  private readonly current: MutableRunState = {
    started: undefined,
    tasks: new Map(),
    head: undefined,
    tokens: 0,
    costUsd: 0,
    interrupted: false,
    backlogDigest: undefined,
    gapPlans: 0,
    goal: undefined,
    outcome: undefined,
    publishedCommit: undefined,
    fastForwarded: undefined,
  };

  get state(): RunState {
    return this.current;
  }

  /** An event that fails changes nothing. */
  apply(event: RunEvent): Result<void, IllegalEvent> {
    const refused = this.whyNot(event) ?? ("task" in event ? this.applyToTask(event) : undefined);
    if (refused !== undefined) return failure({ reason: "illegal_event", event: event.type, message: refused });
    this.applyToRun(event);
    return success(undefined);
  }

  private whyNot(event: RunEvent): string | undefined {
    const isFirst = event.type === "run_started";
    const known = event.type === "tasks_added" && event.tasks.find((id) => this.current.tasks.has(id));
    if (known) return `tasks_added names task ${known}, which the run has already`;
    if (isFirst && this.current.started) return "the run has started already";
    if (!isFirst && !this.current.started) return `${event.type} comes before run_started`;
    if (this.current.outcome) return `${event.type} comes after run_finished`;
    return undefined;
  }

  private applyToTask(event: Extract<RunEvent, { readonly task: string }>): string | undefined {
    const task = this.current.tasks.get(event.task);
    if (!task) return `${event.type} names task ${event.task}, which the run does not have`;
    const advanced = advanceTask(task, event);
    if (!advanced.ok) return advanced.failure;
    this.current.tasks.set(task.id, advanced.value);
    return undefined;
  }

  private spend({
    tokens = 0,
    cost_usd = 0,
  }: {
    readonly tokens?: number | undefined;
    readonly cost_usd?: number | undefined;
  }): void {
    this.current.tokens += tokens;
    this.current.costUsd += cost_usd;
  }

  private applyToRun(event: RunEvent): void {
    const { current } = this;
    switch (event.type) {
      case "run_started":
        current.started = event;
        current.head = event.base;
        current.backlogDigest = event.backlog_digest;
        for (const id of event.tasks) current.tasks.set(id, newTask(id));
        return;
      case "run_resumed":
        current.interrupted = false;
        return;
      case "run_interrupted":
        current.interrupted = true;
        return;
      case "run_finished":
        current.outcome = event.outcome;
        return;
      case "agent_finished":
        this.spend(event);
        return;
      case "task_landed":
        current.head = event.head ?? event.commit;
        current.goal = undefined;
        return;
      case "task_undone":
        current.head = event.commit;
        current.goal = undefined;
        return;
      case "goal_checked":
        current.goal = { met: event.met, missing: event.missing };
        this.spend(event);
        return;
      case "tasks_added":
        current.gapPlans = event.round;
        current.backlogDigest = event.backlog_digest;
        for (const id of event.tasks) current.tasks.set(id, newTask(id));
        this.spend(event);
        return;
      case "branch_published":
        current.publishedCommit = event.commit;
        return;
      case "fast_forwarded":
        current.fastForwarded = { branch: event.branch, commit: event.commit };
        return;
      case "attempt_started":
      case "session_opened":
      case "model_changed":
      case "work_captured":
      case "verification_finished":
      case "correction_sent":
      case "proof_finished":
      case "write_refused":
      case "scope_amended":
      case "drift_noticed":
      case "message_sent":
      case "message_acknowledged":
      case "checkpoint_taken":
      case "approval_requested":
      case "answer_given":
      case "health_checked":
      case "landing_intended":
      case "attempt_failed":
      case "task_failed":
      case "task_skipped":
        return;
      default:
        unreachable(event);
    }
  }
}
