import { unreachable } from "../core/unreachable.ts";
import type { TaskEvent } from "./runEvents.ts";
import {
  type Continuation,
  isInAttempt,
  type Lesson,
  NOTHING_DONE,
  type Reversibility,
  type TaskCheckpoint,
  type TaskPhase,
  type TaskState,
} from "./taskState.ts";

type EventOf<Type extends TaskEvent["type"]> = Extract<TaskEvent, { type: Type }>;

/** The task after an event that may follow (`taskLife.ts` says which may). */
export function effectOf(task: TaskState, event: TaskEvent): TaskState {
  switch (event.type) {
    case "attempt_started":
      return started(task, event);
    case "session_opened":
      return { ...task, phase: "working", session: event.session, isSessionOpen: true };
    case "agent_finished":
      return {
        ...task,
        phase: phaseAfterAgent(task, event.status),
        isSessionOpen: false,
        isHeld: false,
        tokens: task.tokens + event.tokens,
        costUsd: task.costUsd + event.cost_usd,
        agentMs: task.agentMs + event.duration_ms,
      };
    case "work_captured": {
      const { commit, tree, paths, cut_off: isCutOff = false } = event;
      const work = { commit, tree, paths, isCutOff };
      return { ...task, phase: "verifying", work, verified: false, latest: commit };
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
    case "checkpoint_taken":
      return {
        ...task,
        checkpoints: [...task.checkpoints, checkpointOf(task, event)],
        latest: isInAttempt(task) ? event.commit : task.latest,
      };
    case "approval_requested": {
      const { checkpoint, question, reasons } = event;
      const inquiry = { kind: "approval", checkpoint, question, reasons, options: [], answer: undefined } as const;
      return { ...task, phase: "awaiting_input", inquiry };
    }
    case "question_asked": {
      const { checkpoint, question, options } = event;
      const inquiry = { kind: "question", checkpoint, question, reasons: [], options, answer: undefined } as const;
      return { ...task, phase: "awaiting_input", inquiry, continuation: continuationOf(task) };
    }
    case "answer_given":
      return answered(task, event);
    case "task_paused":
      return { ...task, pausedBecause: event.because };
    case "task_unpaused":
      return { ...task, pausedBecause: undefined };
    case "write_refused":
    case "drift_noticed":
    case "message_sent":
    case "message_acknowledged":
      return task;
    case "agent_held":
      return { ...task, isHeld: true };
    case "agent_released":
      return { ...task, isHeld: false };
    case "landing_intended":
      return { ...task, phase: "landing", landing: landingOf(event) };
    case "task_landed":
      return { ...complete(task, event.commit), reversibility: reversibilityOf(event) };
    case "task_undone":
      return undone(task);
    case "task_restored":
      return { ...complete(task, event.commit), reversibility: reversibilityOf(event) };
    case "task_taken_over":
      return takenOver(task, event);
    case "task_rolled_back":
      return rolledBack(task, event);
    case "attempt_failed":
      return {
        ...task,
        phase: "retrying",
        failedAttempts: task.failedAttempts + (event.transient ? 0 : 1),
        isSessionOpen: false,
        isHeld: false,
        landing: undefined,
        inquiry: undefined,
        continuation: event.transient ? continuationOf(task) : undefined,
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

function started(task: TaskState, { attempt, base, continues, model, slot }: EventOf<"attempt_started">): TaskState {
  const own = { attempts: attempt, slot, base, model, latest: continues?.commit };
  return { ...task, ...NOTHING_DONE, ...own, phase: "preparing" };
}

function complete(task: TaskState, commit: string): TaskState {
  return {
    ...task,
    phase: "complete",
    landing: undefined,
    landedCommit: commit,
    continuation: undefined,
    isHeldBack: false,
    failure: undefined,
  };
}

/** A failure that costs no attempt does not cost its work either: what was saved last is where the next one begins. */
function continuationOf({ attempts, base, continuation, latest, phase, work }: TaskState): Continuation | undefined {
  if (base === undefined || latest === undefined || latest === base) return continuation;
  const isLookedAt = phase === "verifying" || phase === "landing";
  return { attempt: attempts, base, commit: latest, isWhole: isLookedAt && work?.isCutOff === false };
}

function checkpointOf(task: TaskState, event: EventOf<"checkpoint_taken">): TaskCheckpoint {
  const { attempt, cause, commit, id, ref, validation, base = task.base } = event;
  const violating = (validation?.violations ?? []).map(({ path }) => path);
  return { id, attempt, base: base ?? commit, commit, ref, cause, violating };
}

function landingOf({ commit, head, irreversible }: EventOf<"landing_intended">): TaskState["landing"] {
  return { head, commit, irreversible };
}

/** It is to do again, from the start and with all its attempts. */
function undone(task: TaskState): TaskState {
  return {
    ...task,
    phase: "ready",
    failedAttempts: 0,
    inquiry: undefined,
    landedCommit: undefined,
    reversibility: undefined,
    continuation: undefined,
    isHeldBack: true,
    failure: undefined,
    skippedBecause: undefined,
  };
}

function reversibilityOf({ irreversible }: EventOf<"task_landed" | "task_restored">): Reversibility {
  return irreversible === undefined ? { possible: true } : { possible: false, because: irreversible };
}

/** A task that was given up is given all its attempts again. */
function rolledBack(task: TaskState, { base, commit, from_attempt }: EventOf<"task_rolled_back">): TaskState {
  return {
    ...task,
    phase: "retrying",
    failedAttempts: task.phase === "failed" ? 0 : task.failedAttempts,
    inquiry: undefined,
    skippedBecause: undefined,
    continuation: { attempt: from_attempt, base, commit, isWhole: false },
  };
}

function takenOver(task: TaskState, { answer, continues }: EventOf<"task_taken_over">): TaskState {
  if (continues === undefined) return { ...task, personAnswer: answer };
  const { is_whole: isWhole, ...work } = continues;
  return { ...task, personAnswer: answer, continuation: { ...work, isWhole } };
}

function phaseAfterAgent({ phase }: TaskState, status: EventOf<"agent_finished">["status"]): TaskPhase {
  if (status === "checkpoint" || phase === "awaiting_input") return "awaiting_input";
  return phase === "verifying" ? "verifying" : "working";
}

/** Work that a person agreed to goes on to land; other work waits for its attempt to be closed, or begun again. */
function answered(task: TaskState, { approved, input }: EventOf<"answer_given">): TaskState {
  if (task.inquiry === undefined) return task;
  const inquiry = { ...task.inquiry, answer: { approved, input } };
  if (inquiry.kind === "approval") return { ...task, phase: approved ? "verifying" : "awaiting_input", inquiry };
  return { ...task, inquiry, personAnswer: { checkpoint: inquiry.checkpoint, question: inquiry.question, input } };
}

function learned(
  { lessons, model }: TaskState,
  { attempt, mess, lesson }: EventOf<"attempt_failed">,
): readonly Lesson[] {
  if (mess === undefined || lesson === undefined) return lessons;
  return [...lessons, { attempt, model, mess, text: lesson }];
}
