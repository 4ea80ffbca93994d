import type { RunEvent, RunEventOf, TaskEvent } from "../../recovery/runEvents.ts";

/** How an attempt's agent ended, once it had come to rest as often as is recorded. */
export type RecordedEnding =
  | { readonly kind: "rest" }
  | { readonly kind: "question"; readonly question: string; readonly options: readonly string[] }
  | { readonly kind: "timeout"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** One attempt that counted, as it is played again. */
export interface RecordedAttempt {
  /** As it was numbered in its run. */
  readonly number: number;
  /** `patch`: it answered with edits, which others applied. */
  readonly mode: "agent" | "patch";
  /** Scope it was granted, by itself or by those before it that are not played. */
  readonly granted: readonly { readonly paths: readonly string[]; readonly reason: string }[];
  /** Commits its first turn is told apart from: its base, and what it went on from. */
  readonly from: readonly string[];
  /** What the agent had left each time it came to rest, as commits. */
  readonly turns: readonly string[];
  /** What it left when it was stopped at work; undefined: it was not, or left nothing. */
  readonly left: string | undefined;
  readonly ending: RecordedEnding;
  readonly durationMs: number;
}

/** What a run's journal tells of its agents and of the people who answered. */
export interface RecordedRun {
  readonly started: RunEventOf<"run_started">;
  /** By task, in order. */
  readonly attempts: ReadonlyMap<string, readonly RecordedAttempt[]>;
  /** By task, what people answered, in order. */
  readonly answers: ReadonlyMap<string, readonly string[]>;
}

/** Why a run cannot be driven again; undefined: it can. */
export function whyNotAgain(events: readonly RunEvent[]): string | undefined {
  for (const event of events) {
    switch (event.type) {
      case "tasks_added":
        return "a gap plan added tasks to it, and who drafted those is not played again";
      case "task_undone":
      case "task_restored":
      case "task_rolled_back":
        return `${event.task} was taken back in it, and what people do to a run is not played again`;
      default:
    }
  }
  return undefined;
}

/** Undefined: the run never began. */
export function recordedRun(events: readonly RunEvent[]): RecordedRun | undefined {
  const [started] = events;
  if (started?.type !== "run_started") return undefined;
  const attempts = new Map(started.tasks.map((task) => [task, attemptsOf(task, events)] as const));
  const answers = new Map<string, string[]>();
  for (const event of events) {
    if (event.type === "answer_given") answers.set(event.task, [...(answers.get(event.task) ?? []), event.input]);
  }
  return { started, attempts, answers };
}

/** How tasks were worked on from the start: what goes over to patches by rule was begun by an agent. */
export function modeOf({ attempts }: RecordedRun): RecordedAttempt["mode"] {
  const first = [...attempts.values()].flatMap(([attempt]) => attempt ?? []);
  return first.length > 0 && first.every(({ mode }) => mode === "patch") ? "patch" : "agent";
}

interface Draft {
  readonly attempt: RecordedAttempt;
  readonly saved: string | undefined;
  /** Where the branch was when it began. */
  readonly head: string;
  /** It counted against nothing, and whoever followed had its work: what is played is the one that followed. */
  readonly isTransient: boolean;
}

function attemptsOf(task: string, events: readonly RunEvent[]): readonly RecordedAttempt[] {
  const drafts: Draft[] = [];
  let head = "";
  for (const event of events) {
    head = headAfter(event, head);
    if (!("task" in event) || event.task !== task) continue;
    if (event.type === "attempt_started") {
      drafts.push(begun(event, head));
      continue;
    }
    const latest = drafts.pop();
    if (latest !== undefined) drafts.push(advanced(latest, event, head));
  }
  return playedOf(drafts);
}

function playedOf(drafts: readonly Draft[]): readonly RecordedAttempt[] {
  const played: RecordedAttempt[] = [];
  let inherited: RecordedAttempt["granted"] = [];
  for (const { attempt, isTransient } of drafts) {
    const granted = [...inherited, ...attempt.granted];
    if (!isTransient) played.push({ ...attempt, granted });
    inherited = isTransient ? granted : [];
  }
  return played;
}

function begun(
  { attempt: number, base, continues, mode = "agent" }: RunEventOf<"attempt_started">,
  head: string,
): Draft {
  const from = continues === undefined ? [base] : [base, continues.commit];
  const attempt: RecordedAttempt = {
    ...{ number, mode, granted: [], from, turns: [], left: undefined, ending: { kind: "rest" }, durationMs: 0 },
  };
  return { attempt, saved: continues?.commit, head, isTransient: false };
}

function advanced(draft: Draft, event: TaskEvent, head: string): Draft {
  const { attempt, saved } = draft;
  switch (event.type) {
    case "checkpoint_taken":
      return { ...draft, saved: event.commit };
    case "work_captured": {
      const { commit, cut_off: isCutOff } = event;
      if (isCutOff === true) return { ...draft, attempt: { ...attempt, left: commit } };
      return { ...draft, saved: commit, attempt: { ...attempt, turns: [...attempt.turns, commit] } };
    }
    case "scope_amended": {
      const { granted, paths, reason } = event;
      return granted ? { ...draft, attempt: { ...attempt, granted: [...attempt.granted, { paths, reason }] } } : draft;
    }
    case "question_asked": {
      const { question, options } = event;
      return { ...draft, attempt: { ...attempt, left: saved, ending: { kind: "question", question, options } } };
    }
    case "agent_finished": {
      const durationMs = attempt.durationMs + event.duration_ms;
      return { ...draft, attempt: { ...attempt, durationMs, ending: endingAfter(attempt, event) } };
    }
    case "attempt_failed":
      if (event.transient === true) return { ...draft, isTransient: true };
      return { ...draft, attempt: failedAs(attempt, event, head !== draft.head) };
    default:
      return draft;
  }
}

/** An agent that goes on after another's provider failed is told of by the last event. */
function endingAfter({ ending }: RecordedAttempt, event: RunEventOf<"agent_finished">): RecordedEnding {
  if (ending.kind === "question") return ending;
  const { message = "it failed", status } = event;
  if (status === "timeout") return { kind: "timeout", message };
  return status === "error" ? { kind: "failed", message } : { kind: "rest" };
}

/**
 * What failed because of what had landed beside it fails again whatever lands beside it now, and what was stopped is
 * stopped; everything else has to fail by itself.
 */
function failedAs(
  attempt: RecordedAttempt,
  { reason, message }: RunEventOf<"attempt_failed">,
  hasCompany: boolean,
): RecordedAttempt {
  const isBecauseOfOthers = reason === "conflict" || (reason === "verify_failed" && hasCompany);
  if (isBecauseOfOthers) {
    const turns = attempt.turns.slice(0, -1);
    return { ...attempt, turns, left: attempt.turns.at(-1), ending: { kind: "failed", message } };
  }
  const wasStopped = reason === "drifted" || reason === "context_overflow" || reason === "not_capturable";
  return wasStopped ? { ...attempt, ending: { kind: "failed", message } } : attempt;
}

function headAfter(event: RunEvent, head: string): string {
  if (event.type === "run_started") return event.base;
  return event.type === "task_landed" ? (event.head ?? event.commit) : head;
}
