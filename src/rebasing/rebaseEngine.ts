import type { TaskState } from "../recovery/taskState.ts";
import type { ContextAmount } from "../types.ts";
import type { MessClass } from "./mess.ts";

/** What of a task's past decides about its next attempt; the journal keeps all of it, so a resumed run decides alike. */
export type AttemptHistory = Pick<TaskState, "failedAttempts" | "lessons">;

export type RebaseDecision =
  | {
      readonly kind: "regenerate";
      readonly context: ContextAmount;
      /** X7. `patch`: agents at large have come to nothing, whatever they were told; what is left is to ask for edits. */
      readonly mode: "agent" | "patch";
      /** From the end of the last attempt. */
      readonly delayMs: number;
      /** The last attempt failed in a way that a stronger model may do better at. */
      readonly escalate: boolean;
      /** The same of all attempts so far: how many steps above the first model the next attempt is. */
      readonly escalations: number;
      /** Who made those attempts, `provider/model`, as far as it is known. */
      readonly tooWeak: readonly string[];
    }
  | { readonly kind: "give_up"; readonly because: string };

/** What follows from an attempt that made a mess of a class. */
interface MessRule {
  /** Less context helps whoever got lost; it does not help where the files moved or a person wants something else. */
  readonly simplify: "step" | "at once" | "no";
  /** Whether a stronger model is called for; `again`: when the attempt before made the same sort of mess. */
  readonly strongerModel: "yes" | "again" | "no";
}

const RULES: Readonly<Record<MessClass, MessRule>> = {
  drift: { simplify: "step", strongerModel: "yes" },
  scope: { simplify: "step", strongerModel: "again" },
  forbidden: { simplify: "step", strongerModel: "again" },
  no_progress: { simplify: "step", strongerModel: "yes" },
  acceptance: { simplify: "step", strongerModel: "yes" },
  verify: { simplify: "no", strongerModel: "yes" },
  conflict: { simplify: "no", strongerModel: "no" },
  context_overflow: { simplify: "at once", strongerModel: "yes" },
  invalid_output: { simplify: "step", strongerModel: "yes" },
  timeout: { simplify: "step", strongerModel: "again" },
  rejected: { simplify: "no", strongerModel: "yes" },
};

/** O5: the first attempt, the second, and all that come later. */
const STEPS: readonly { readonly context: ContextAmount; readonly delayMs: number }[] = [
  { context: "full", delayMs: 0 },
  { context: "minimal", delayMs: 5_000 },
  { context: "essential", delayMs: 30_000 },
];

/**
 * How a task is attempted next, or that it is not: the first attempt too, which has no past. Decides from what failed
 * before, by rule (docs/decisions/0049); failures that cost no attempt are not part of it.
 */
export function nextAttempt(history: AttemptHistory, limits: { readonly maxAttempts: number }): RebaseDecision {
  if (history.failedAttempts >= limits.maxAttempts) {
    return { kind: "give_up", because: `all ${limits.maxAttempts} attempts failed` };
  }
  const classes = history.lessons.map(({ mess }) => mess);
  const escalating = classes.map((mess, index) => callsForStrongerModel(mess, classes[index - 1]));
  return {
    kind: "regenerate",
    ...stepAfter(history, classes),
    mode: isLost(classes) ? "patch" : "agent",
    escalate: escalating.at(-1) ?? false,
    escalations: escalating.filter(Boolean).length,
    tooWeak: history.lessons.flatMap(({ model }, index) => (escalating[index] && model !== undefined ? [model] : [])),
  };
}

function stepAfter({ failedAttempts }: AttemptHistory, classes: readonly string[]) {
  const kinds = classes.map((mess) => ruleOf(mess).simplify);
  const step = failedAttempts - kinds.filter((kind) => kind === "no").length;
  const { context, delayMs } = STEPS[Math.min(Math.max(step, 0), STEPS.length - 1)] ?? { context: "full", delayMs: 0 };
  return {
    context: kinds.includes("at once") ? "essential" : context,
    delayMs: kinds.at(-1) === "no" ? 0 : delayMs,
  } as const;
}

/** So many agents in a row that got nowhere, by themselves or by what they were given, get no further either. */
const LOST_AGENTS = 2;
const LOST: readonly MessClass[] = ["timeout", "no_progress", "drift", "context_overflow", "invalid_output"];

function isLost(classes: readonly string[]): boolean {
  const last = classes.slice(-LOST_AGENTS);
  return last.length === LOST_AGENTS && last.every((mess) => LOST.some((lost) => lost === mess));
}

function callsForStrongerModel(mess: string, before: string | undefined): boolean {
  const { strongerModel } = ruleOf(mess);
  return strongerModel === "yes" || (strongerModel === "again" && mess === before);
}

/** A class that only another version of this code knows is treated like the most common one. */
function ruleOf(mess: string): MessRule {
  return Object.hasOwn(RULES, mess) ? RULES[mess as MessClass] : RULES.acceptance;
}
