import { failure, type Result, success } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import type { TaskStatus } from "../types.ts";
import type { TaskEvent } from "./runEvents.ts";

/**
 * Where a task is in its life:
 *
 *     ready ──attempt_started──► preparing ──session_opened──► working ◄─────────────┐
 *       │                            ▲          agent_finished │ │ work_captured      │ verification_finished
 *       │                            │          (checkpoint)   │ ▼                    │ (not passed: correction_sent)
 *       │                            ├── awaiting_input ◄──────┘ verifying ───────────┘
 *       │                            │      ▲ │                       │ ▲ │
 *       │                            │      │ └──answer_given─────────┼─┘ │ landing_intended (passed)
 *       │                            │      └────approval_requested───┘   │
 *       │                            └── retrying ◄──attempt_failed──┐    ▼
 *       │                                   │        (from any state │ landing ──task_landed──► complete
 *       │                                   │         of an attempt, └────┘                        │ task_undone
 *       │                                   │                                                      ▼
 *       │                                   │                                                    ready
 *       │                                   │         awaiting_input too)
 *       ├──task_skipped──► skipped ◄────────┤  (and from awaiting_input)
 *       └──task_failed───► failed  ◄────────┘  (and from any state but landing, which must be resolved first)
 *
 * A crash changes no state: after `run_resumed` a task is where its last event left it, and whoever resumes either goes
 * on from there or ends the attempt with a transient `attempt_failed`.
 */
export type TaskPhase =
  | "ready"
  | "preparing"
  | "working"
  | "verifying"
  | "landing"
  | "retrying"
  | "awaiting_input"
  | "complete"
  | "failed"
  | "skipped";

export interface TaskFailure {
  readonly reason: string;
  readonly message: string;
}

/** Verified work that waits for a person, and what the person said. */
export interface Approval {
  readonly checkpoint: string;
  readonly question: string;
  readonly reasons: readonly string[];
  /** Undefined: nobody has answered yet. */
  readonly answer: { readonly approved: boolean; readonly input: string } | undefined;
}

/** How an attempt's mess was sorted, and what was learned from it. */
export interface Lesson {
  readonly attempt: number;
  /** Who made it; undefined: nobody was asked. */
  readonly model: string | undefined;
  readonly mess: string;
  readonly text: string;
}

/** The commit that holds an attempt's work. */
export interface CapturedWork {
  readonly commit: string;
  readonly tree: string;
  readonly paths: readonly string[];
}

export interface TaskState {
  readonly id: string;
  readonly phase: TaskPhase;
  /** Attempts started; the number of the latest one. */
  readonly attempts: number;
  /** Failed attempts that count against `maxAttempts`: those whose failure was not transient. */
  readonly failedAttempts: number;
  /** Of the attempt under way or the last one; undefined before. */
  readonly slot: number | undefined;
  readonly base: string | undefined;
  readonly model: string | undefined;
  readonly session: string | undefined;
  readonly work: CapturedWork | undefined;
  /** True once the captured work passed; new work has to pass again. */
  readonly verified: boolean;
  /** Corrections sent in the attempt under way (H11). */
  readonly corrections: number;
  /** Whether the latest work was seen to fail before and pass after; undefined: not looked at. */
  readonly proof: { readonly proven: boolean; readonly because: string | undefined } | undefined;
  /** Commands that failed once and passed when they were run again, of the attempt. */
  readonly flaky: readonly string[];
  /** Scope granted over the task's own `files`, in this run. */
  readonly grantedPaths: readonly string[];
  /** Undefined: no person has been asked in this attempt. */
  readonly approval: Approval | undefined;
  /** Of failed attempts, oldest first. */
  readonly lessons: readonly Lesson[];
  /** Checkpoints of the attempt, oldest first. */
  readonly checkpoints: readonly { readonly commit: string; readonly ref: string; readonly cause: string }[];
  /** The landing under way: after a crash the branch is at `head` (not landed) or has `commit` (landed). */
  readonly landing: { readonly head: string; readonly commit: string } | undefined;
  readonly landedCommit: string | undefined;
  readonly tokens: number;
  readonly costUsd: number;
  /** Time its agents worked, summed over attempts. */
  readonly agentMs: number;
  /** The latest failure; undefined once the task is complete. */
  readonly failure: TaskFailure | undefined;
  /** Of a skipped task. */
  readonly skippedBecause: string | undefined;
}

export function newTask(id: string): TaskState {
  return {
    id,
    phase: "ready",
    attempts: 0,
    failedAttempts: 0,
    slot: undefined,
    base: undefined,
    model: undefined,
    session: undefined,
    work: undefined,
    verified: false,
    corrections: 0,
    proof: undefined,
    flaky: [],
    grantedPaths: [],
    approval: undefined,
    lessons: [],
    checkpoints: [],
    landing: undefined,
    landedCommit: undefined,
    tokens: 0,
    costUsd: 0,
    agentMs: 0,
    failure: undefined,
    skippedBecause: undefined,
  };
}

const IN_ATTEMPT: readonly TaskPhase[] = ["preparing", "working", "verifying", "landing"];
/** While work is verified its agent may be waiting to hear what came of it. */
const WITH_AN_AGENT: readonly TaskPhase[] = ["preparing", "working", "verifying"];
const BETWEEN_ATTEMPTS: readonly TaskPhase[] = ["ready", "retrying", "awaiting_input"];

/** True between the start of an attempt and its end. */
export function isInAttempt({ phase }: TaskState): boolean {
  return IN_ATTEMPT.includes(phase);
}

/** From which phases each event may come. */
const ALLOWED_FROM: Readonly<Record<TaskEvent["type"], readonly TaskPhase[]>> = {
  attempt_started: BETWEEN_ATTEMPTS,
  session_opened: ["preparing", "working"],
  agent_finished: WITH_AN_AGENT,
  model_changed: ["preparing", "working"],
  work_captured: ["working"],
  verification_finished: ["verifying"],
  correction_sent: ["working"],
  proof_finished: ["verifying"],
  write_refused: WITH_AN_AGENT,
  scope_amended: WITH_AN_AGENT,
  drift_noticed: WITH_AN_AGENT,
  message_sent: WITH_AN_AGENT,
  message_acknowledged: WITH_AN_AGENT,
  checkpoint_taken: WITH_AN_AGENT,
  approval_requested: ["verifying"],
  answer_given: ["awaiting_input"],
  landing_intended: ["verifying", "landing"],
  task_landed: ["landing"],
  // Ready: in a run that was begun for the undoing, of a task that an earlier run landed.
  task_undone: ["complete", "ready"],
  attempt_failed: [...IN_ATTEMPT, "awaiting_input"],
  task_failed: [...BETWEEN_ATTEMPTS, "preparing", "working", "verifying"],
  task_skipped: BETWEEN_ATTEMPTS,
};

/** The task after `event`; the failure says why the event cannot follow what came before. */
export function advanceTask(task: TaskState, event: TaskEvent): Result<TaskState, string> {
  if (!ALLOWED_FROM[event.type].includes(task.phase)) {
    return failure(`${event.type} cannot follow while task ${task.id} is ${task.phase}`);
  }
  if ("attempt" in event) {
    const due = event.type === "attempt_started" ? task.attempts + 1 : task.attempts;
    if (event.attempt !== due) {
      return failure(`${event.type} names attempt ${event.attempt} of task ${task.id} where ${due} is due`);
    }
  }
  if ((event.type === "landing_intended" || event.type === "approval_requested") && !task.verified) {
    return failure(`task ${task.id} is to land although its work has not passed verification`);
  }
  if (event.type === "answer_given" && task.approval?.checkpoint !== event.checkpoint) {
    return failure(`task ${task.id} does not wait for an answer to ${event.checkpoint}`);
  }
  return success(apply(task, event));
}

function apply(task: TaskState, event: TaskEvent): TaskState {
  switch (event.type) {
    case "attempt_started":
      return {
        ...task,
        phase: "preparing",
        attempts: event.attempt,
        slot: event.slot,
        base: event.base,
        model: event.model,
        session: undefined,
        work: undefined,
        verified: false,
        corrections: 0,
        proof: undefined,
        flaky: [],
        approval: undefined,
        checkpoints: [],
      };
    case "session_opened":
      return { ...task, phase: "working", session: event.session };
    case "agent_finished":
      return {
        ...task,
        phase: phaseAfterAgent(task, event.status),
        tokens: task.tokens + event.tokens,
        costUsd: task.costUsd + event.cost_usd,
        agentMs: task.agentMs + event.duration_ms,
      };
    case "work_captured": {
      const { commit, tree, paths } = event;
      return { ...task, phase: "verifying", work: { commit, tree, paths }, verified: false };
    }
    case "verification_finished":
      return {
        ...task,
        phase: event.passed ? "verifying" : "working",
        verified: event.passed,
        flaky: (event.results ?? []).flatMap(({ command, flaky }) => (flaky === true ? [command] : [])),
      };
    case "model_changed":
      return { ...task, model: event.model };
    case "correction_sent":
      return { ...task, corrections: event.correction };
    case "proof_finished":
      return { ...task, proof: { proven: event.proven, because: event.because } };
    case "scope_amended":
      return event.granted ? { ...task, grantedPaths: [...new Set([...task.grantedPaths, ...event.paths])] } : task;
    case "checkpoint_taken": {
      const { commit, ref, cause } = event;
      return { ...task, checkpoints: [...task.checkpoints, { commit, ref, cause }] };
    }
    case "approval_requested": {
      const { checkpoint, question, reasons } = event;
      return { ...task, phase: "awaiting_input", approval: { checkpoint, question, reasons, answer: undefined } };
    }
    case "answer_given":
      return answered(task, event);
    case "write_refused":
    case "drift_noticed":
    case "message_sent":
    case "message_acknowledged":
      return task;
    case "landing_intended":
      return { ...task, phase: "landing", landing: { head: event.head, commit: event.commit } };
    case "task_landed":
      return { ...task, phase: "complete", landing: undefined, landedCommit: event.commit, failure: undefined };
    case "task_undone":
      return { ...task, phase: "ready", landedCommit: undefined };
    case "attempt_failed":
      return {
        ...task,
        phase: "retrying",
        failedAttempts: task.failedAttempts + (event.transient ? 0 : 1),
        landing: undefined,
        failure: { reason: event.reason, message: event.message },
        lessons: learned(task, event),
      };
    case "task_failed":
      return { ...task, phase: "failed", failure: { reason: event.reason, message: event.message } };
    case "task_skipped":
      return { ...task, phase: "skipped", skippedBecause: event.because };
    default:
      return unreachable(event);
  }
}

function phaseAfterAgent(
  { phase }: TaskState,
  status: Extract<TaskEvent, { type: "agent_finished" }>["status"],
): TaskPhase {
  if (status === "checkpoint") return "awaiting_input";
  return phase === "verifying" ? "verifying" : "working";
}

/** Work that a person agreed to goes on to land; other work waits for its attempt to be closed. */
function answered(task: TaskState, { approved, input }: Extract<TaskEvent, { type: "answer_given" }>): TaskState {
  if (task.approval === undefined) return task;
  const approval = { ...task.approval, answer: { approved, input } };
  return { ...task, phase: approved ? "verifying" : "awaiting_input", approval };
}

function learned(
  { lessons, model }: TaskState,
  { attempt, mess, lesson }: Extract<TaskEvent, { type: "attempt_failed" }>,
): readonly Lesson[] {
  if (mess === undefined || lesson === undefined) return lessons;
  return [...lessons, { attempt, model, mess, text: lesson }];
}

/** What BACKLOG.yaml shows of a phase. */
export function statusOf(phase: TaskPhase): TaskStatus {
  switch (phase) {
    case "ready":
      return "pending";
    case "preparing":
    case "working":
    case "verifying":
    case "landing":
    case "retrying":
      return "in_progress";
    case "awaiting_input":
    case "complete":
    case "failed":
    case "skipped":
      return phase;
  }
}
