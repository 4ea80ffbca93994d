import { answerFlags, inquiryLine } from "../implementation/attempts/inquiryText.ts";
import { type Inquiry, isInAttempt, statusOf, type TaskState } from "../recovery/taskState.ts";
import type { Backlog, Task, TaskStatus } from "../types.ts";
import type { RunSummary, StatusRow } from "./statusDocument.ts";
import type { ShownRun } from "./statusScene.ts";

export interface RowSources {
  readonly backlog: Backlog | undefined;
  readonly run: ShownRun | undefined;
  /** Id of the process that works on the track. */
  readonly process: number | undefined;
  /** By task, what has landed; not given: nothing is known of it. */
  readonly rollbacks?: ReadonlyMap<string, NonNullable<StatusRow["rollback"]>>;
}

/** The run in one line; under way only while a process holds the track. */
export function summariseRun({ run, process }: RowSources): RunSummary | null {
  if (run === undefined) return null;
  const { outcome, head, tokens, costUsd } = run.state;
  const isUnderWay = outcome === undefined && process !== undefined;
  return {
    id: run.id,
    state: outcome ?? (isUnderWay ? "under_way" : "interrupted"),
    paused: isUnderWay && run.state.pausedBecause !== undefined,
    process: isUnderWay ? process : null,
    head: head ?? null,
    tokens,
    cost_usd: costUsd,
  };
}

/**
 * The tasks of the file, in its order, then those that only the run knows. While the run is under way it is what says
 * how far a task is; after that the file does, where a person may have set a task back. What has landed in a run that
 * was cut off counts, although the file may not show it yet.
 */
export function statusRows(sources: RowSources): StatusRow[] {
  const { backlog, run } = sources;
  const summary = summariseRun(sources);
  const states = run?.state.tasks ?? new Map<string, TaskState>();
  const inFile = new Map((backlog?.tasks ?? []).map((task) => [task.id, task]));
  const ids = [...new Set([...inFile.keys(), ...states.keys()])];
  const statuses = new Map(ids.map((id) => [id, statusNow(inFile.get(id), states.get(id), summary?.state)]));
  return ids.map((id) => {
    const [task, state] = [inFile.get(id), states.get(id)];
    const status = statuses.get(id) ?? "pending";
    const waiting = status === "pending" ? (task?.depends_on ?? []) : [];
    return {
      id,
      title: task?.title ?? "",
      status,
      phase: summary?.state === "under_way" ? (state?.phase ?? null) : null,
      pause: summary?.state === "under_way" ? pauseOf(state, summary.paused) : null,
      waits_for: waiting.filter((other) => statuses.get(other) !== "complete"),
      attempts: state?.attempts ?? 0,
      tokens: state?.tokens ?? 0,
      cost_usd: state?.costUsd ?? 0,
      reason: status === "complete" ? null : reasonOf(state, run?.answered),
      rollback: status === "complete" ? (sources.rollbacks?.get(id) ?? null) : null,
    };
  });
}

function statusNow(
  task: Task | undefined,
  state: TaskState | undefined,
  run: RunSummary["state"] | undefined,
): TaskStatus {
  if (state === undefined) return task?.status ?? "pending";
  const byRun = statusOf(state.phase);
  if (task === undefined || run === "under_way") return byRun;
  return run === "interrupted" && byRun === "complete" ? byRun : task.status;
}

function pauseOf(state: TaskState | undefined, isRunPaused: boolean): StatusRow["pause"] {
  if (state === undefined || statusOf(state.phase) === "complete") return null;
  if (state.isHeld) return "held";
  return state.pausedBecause !== undefined || (isRunPaused && isInAttempt(state)) ? "wanted" : null;
}

function reasonOf(state: TaskState | undefined, answered: ReadonlySet<string> = new Set()): string | null {
  if (state?.phase === "awaiting_input" && state.inquiry !== undefined) {
    return describeQuestion(state.inquiry, answered.has(state.inquiry.checkpoint));
  }
  if (state?.phase === "skipped" && state.skippedBecause !== undefined) return `needs ${state.skippedBecause}`;
  return state?.failure?.message ?? null;
}

function describeQuestion(inquiry: Inquiry, isAnswered: boolean): string {
  const what = inquiryLine(inquiry);
  if (isAnswered || inquiry.answer !== undefined) return `${what} (answered; run implement to go on)`;
  return `${what} (answer with ${answerFlags(inquiry)})`;
}
