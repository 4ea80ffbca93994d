import type { RunEvent, TaskEvent } from "./runEvents.ts";

/** One attempt at a task, as its run's events tell it. */
export interface TaskAttemptRecord {
  /** From 1, within its run. */
  readonly number: number;
  readonly model: string;
  /** Commit it began at. */
  readonly base: string;
  readonly outcome: "open" | "landed" | "failed";
  /** Why it failed, as a word and in words; undefined unless it did. */
  readonly reason?: string;
  readonly message?: string;
  /** True: the cause lay outside the task, and the attempt counts for nothing. */
  readonly transient?: boolean;
  /** Ref in control.git that holds what it left. */
  readonly archivedRef?: string;
  readonly landedCommit?: string;
  readonly tokens: number;
  readonly costUsd: number;
  readonly agentMs: number;
}

/** The attempts at a task in one run, in order. */
export function attemptsOf(task: string, events: readonly RunEvent[]): TaskAttemptRecord[] {
  const attempts: TaskAttemptRecord[] = [];
  for (const event of events) {
    if (!("task" in event) || event.task !== task) continue;
    if (event.type === "attempt_started") {
      const { attempt: number, model, base } = event;
      attempts.push({ number, model, base, outcome: "open", tokens: 0, costUsd: 0, agentMs: 0 });
      continue;
    }
    const current = attempts.pop();
    if (current !== undefined) attempts.push(advance(current, event));
  }
  return attempts;
}

function advance(
  attempt: TaskAttemptRecord,
  event: Exclude<TaskEvent, { type: "attempt_started" }>,
): TaskAttemptRecord {
  switch (event.type) {
    case "agent_finished":
      return {
        ...attempt,
        tokens: attempt.tokens + event.tokens,
        costUsd: attempt.costUsd + event.cost_usd,
        agentMs: attempt.agentMs + event.duration_ms,
      };
    case "task_landed":
      return { ...attempt, outcome: "landed", landedCommit: event.commit };
    case "task_undone":
      return { ...attempt, outcome: "failed", reason: "undone", message: event.because };
    case "attempt_failed": {
      const { reason, message, transient = false, archived_ref: archivedRef } = event;
      const archived = archivedRef === undefined ? {} : { archivedRef };
      return { ...attempt, outcome: "failed", reason, message, transient, ...archived };
    }
    case "model_changed":
      return { ...attempt, model: event.model };
    default:
      return attempt;
  }
}
