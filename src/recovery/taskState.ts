import type { TaskStatus } from "../types.ts";

/** Where a task is in its life; `taskLife.ts` has the transitions. */
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

/** What a person is asked, and what the person said. */
export interface Inquiry {
  /** `approval`: whether verified work may land. `question`: what an agent has to know to go on. */
  readonly kind: "approval" | "question";
  /** What `answer --checkpoint` names. */
  readonly checkpoint: string;
  readonly question: string;
  /** Of an approval: a line each, what needs it. */
  readonly reasons: readonly string[];
  /** Of a question: what the agent proposes; any other words are an answer too. */
  readonly options: readonly string[];
  /** Undefined: nobody has answered yet. `approved` is true for any answer to a question. */
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
  /** True: its agent was stopped at work. Left out: it had come to rest. */
  readonly isCutOff?: boolean | undefined;
}

/** A place in an attempt that can be gone back to. */
export interface TaskCheckpoint {
  /** What `rollback --checkpoint` names. */
  readonly id: string;
  readonly attempt: number;
  /** The commit its attempt's work is measured against. */
  readonly base: string;
  readonly commit: string;
  readonly ref: string;
  readonly cause: string;
  /** Paths in which something was found wrong when it was taken. */
  readonly violating: readonly string[];
}

/** Work that the next attempt goes on from instead of a clean work tree. */
export interface Continuation {
  /** The attempt that made it, and what that was measured against. */
  readonly attempt: number;
  readonly base: string;
  readonly commit: string;
  /** Its agent had come to rest with it, and nobody has found anything wrong: it may be all there is to do. */
  readonly isWhole: boolean;
}

/** What a person answered to a task's latest question. */
export interface PersonAnswer {
  readonly checkpoint: string;
  readonly question: string;
  readonly input: string;
}

/** Whether the work of a landed task can still be taken back by git alone (H4). */
export type Reversibility = { readonly possible: true } | { readonly possible: false; readonly because: string };

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
  /** True from the opening of the session until its agent has finished, which is after its deletion. */
  readonly isSessionOpen: boolean;
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
  readonly inquiry: Inquiry | undefined;
  /** Goes to every agent of the task from then on; undefined: none of them has asked and been answered. */
  readonly personAnswer: PersonAnswer | undefined;
  /** Of failed attempts, oldest first. */
  readonly lessons: readonly Lesson[];
  /** Of all attempts, oldest first. */
  readonly checkpoints: readonly TaskCheckpoint[];
  /** The newest commit that holds what the attempt under way has made; undefined: nothing was saved yet. */
  readonly latest: string | undefined;
  /** Undefined: the next attempt starts clean. */
  readonly continuation: Continuation | undefined;
  /** The landing under way: after a crash the branch is at `head` (not landed) or has `commit` (landed). */
  readonly landing:
    | { readonly head: string; readonly commit: string; readonly irreversible: string | undefined }
    | undefined;
  readonly landedCommit: string | undefined;
  /** Undefined: it has not landed. */
  readonly reversibility: Reversibility | undefined;
  /** Why a person wants its agent to stand still; undefined: it may work. */
  readonly pausedBecause: string | undefined;
  /** Its agent has acknowledged that: it stands still, and what it had made is saved. */
  readonly isHeld: boolean;
  /** Taken back while its run went on: not begun again before the run is resumed. */
  readonly isHeldBack: boolean;
  readonly tokens: number;
  readonly costUsd: number;
  /** Time its agents worked, summed over attempts. */
  readonly agentMs: number;
  /** The latest failure; undefined once the task is complete. */
  readonly failure: TaskFailure | undefined;
  /** Of a skipped task. */
  readonly skippedBecause: string | undefined;
}

/** What is an attempt's own: of this the next one starts without. */
export const NOTHING_DONE = {
  session: undefined,
  isSessionOpen: false,
  work: undefined,
  verified: false,
  corrections: 0,
  proof: undefined,
  flaky: [],
  inquiry: undefined,
  latest: undefined,
  continuation: undefined,
} as const satisfies Partial<TaskState>;

export function newTask(id: string): TaskState {
  return {
    ...NOTHING_DONE,
    id,
    phase: "ready",
    attempts: 0,
    failedAttempts: 0,
    slot: undefined,
    base: undefined,
    model: undefined,
    grantedPaths: [],
    personAnswer: undefined,
    lessons: [],
    checkpoints: [],
    landing: undefined,
    landedCommit: undefined,
    reversibility: undefined,
    pausedBecause: undefined,
    isHeld: false,
    isHeldBack: false,
    tokens: 0,
    costUsd: 0,
    agentMs: 0,
    failure: undefined,
    skippedBecause: undefined,
  };
}

export const IN_ATTEMPT: readonly TaskPhase[] = ["preparing", "working", "verifying", "landing"];

/** True between the start of an attempt and its end. */
export function isInAttempt({ phase }: TaskState): boolean {
  return IN_ATTEMPT.includes(phase);
}

/** Its work is on record and good: it lands without another attempt, by whoever goes on with the run. */
export function hasPassed({ phase, verified }: TaskState): boolean {
  return verified && (phase === "verifying" || phase === "landing");
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
