import { describeDuration } from "../../core/usageText.ts";
import { timeOfDay } from "../../planning/cooldownText.ts";
import type { RunState } from "../../recovery/runState.ts";
import type { Task } from "../../types.ts";
import type { Hold } from "./scheduler.ts";
import { isAnswered } from "./taskStanding.ts";

/** What is known about waiting. Who reads a journal of another process has no `hold` and no `notBefore`. */
export interface WaitingFacts {
  readonly state: RunState;
  /** Ids that are complete outside the run. */
  readonly alreadyComplete: ReadonlySet<string>;
  readonly hold: Hold | undefined;
  readonly notBefore: number | undefined;
  readonly now: number;
}

/** What a task waits for: the end of the sentence "it waits for …". Undefined: it does not wait. */
export function whyWaiting(task: Task, facts: WaitingFacts): string | undefined {
  const state = facts.state.tasks.get(task.id);
  if (state === undefined) return undefined;
  const isToDo = state.phase === "ready" || state.phase === "retrying" || isAnswered(state);
  if (!isToDo && state.phase === "awaiting_input") return `an answer: ${state.inquiry?.question ?? "see status"}`;
  if (!isToDo) return undefined;

  if (state.isHeldBack) return "the next implement: it was taken back";
  if ((facts.state.pausedBecause ?? state.pausedBecause) !== undefined) return PERSON;
  const needs = task.depends_on.flatMap((id) => describeNeed(id, facts));
  if (needs.length > 0) return needs.join(", ");
  const { notBefore, now, hold } = facts;
  if (notBefore !== undefined && notBefore > now) return describeCoolDown(notBefore, now);
  return hold === undefined || hold.reason === "cooling" ? "a free worker" : describeHold(hold, now);
}

const PERSON = "the person who paused it: pause --off";

/** Why free workers get nothing: the end of the sentence "ready tasks wait for …". */
export function describeHold(hold: Hold, now: number): string {
  switch (hold.reason) {
    case "resources":
      return `the machine: ${hold.because}`;
    case "validation":
      return `the ${hold.tasks} tasks that are being verified or land`;
    case "person":
      return PERSON;
    case "cooling":
      return describeCoolDown(hold.until, now);
  }
}

/** "a model that cools down until 14:05 (12 min 30 s)" */
export function describeCoolDown(until: number, now: number): string {
  if (!Number.isFinite(until)) return "a model, and none is left to try";
  return `a model that cools down until ${timeOfDay(until)} (${describeDuration(until - now)})`;
}

function describeNeed(id: string, { state, alreadyComplete }: WaitingFacts): string[] {
  const needed = state.tasks.get(id);
  if (needed?.phase === "complete" || (needed === undefined && alreadyComplete.has(id))) return [];
  if (needed === undefined) return [`${id}, which is not part of this run`];
  return [`${id} (${needed.phase.replaceAll("_", " ")})`];
}
