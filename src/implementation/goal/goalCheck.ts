import { failure, success } from "../../core/result.ts";
import { utf8Length } from "../../core/utf8.ts";
import type { AgentSurroundings } from "../../planning/agentSurroundings.ts";
import { type AgentUsage, addUsage, NOTHING_USED } from "../../planning/agentUsage.ts";
import { askAgent } from "../../planning/askAgent.ts";
import type { Goal, ModelRef, Task } from "../../types.ts";
import type { FailedCheck } from "../../verification/commandCheck.ts";
import { type CriterionReview, goalReviewSchema, readReview } from "../../verification/goalReview.ts";
import {
  LONGEST_CRITERION_BYTES,
  REVIEW_PROMPT_VERSION,
  REVIEW_SYSTEM,
  reviewParts,
  reviewPrompt,
} from "../../verification/goalReviewPrompt.ts";
import type { Gate } from "../landing/gate.ts";

/** A part of the goal that is not there. */
export type MissingPart =
  /** A command of the goal that did not pass, or could not be tried since `setup` failed. */
  | { readonly kind: "command"; readonly command: string; readonly failed: FailedCheck }
  | { readonly kind: "criterion"; readonly criterion: string; readonly why: string };

/** A criterion nobody could judge. That is no proof of a gap, and none that it is met. */
export interface UncheckedCriterion {
  readonly criterion: string;
  readonly because: string;
}

export type GoalOutcome =
  | { readonly kind: "met"; readonly notChecked: readonly UncheckedCriterion[] }
  | {
      readonly kind: "gaps";
      /** At least one. */
      readonly missing: readonly MissingPart[];
      readonly notChecked: readonly UncheckedCriterion[];
    }
  | { readonly kind: "interrupted" };

export interface CheckedGoal {
  readonly outcome: GoalOutcome;
  /** Of reviewers. */
  readonly usage: AgentUsage;
}

/** What there is to look at. */
export interface ReviewedState {
  readonly goal: Goal;
  /** Head of the track. */
  readonly commit: string;
  /** Of the feature. */
  readonly title: string;
  readonly tasks: readonly Task[];
  readonly changedPaths: readonly string[];
  /** True for a path from the repository's root where `commit` has a file. */
  readonly hasFile: (path: string) => boolean;
}

/** A work tree that holds a commit, lent until `release`. */
export interface LentDirectory {
  /** Absolute. */
  readonly directory: string;
  readonly release: () => Promise<void>;
}

export interface GoalCheckSurroundings {
  readonly gate: Pick<Gate, "prepare" | "look">;
  /** For agents that read. */
  readonly directoryAt: (commit: string) => Promise<LentDirectory>;
  readonly agents: Omit<AgentSurroundings, "directory">;
  /** In order of preference. */
  readonly models: readonly ModelRef[];
  /** Why no reviewer should be asked, such as a budget that is used up. */
  readonly whyNotAsk: () => string | undefined;
}

/**
 * H6: whether a feature whose tasks are all done is what was asked for. All commands of its goal run in the gate, and
 * none may fail as those of `verify` may on a red base. Its criteria are judged by a read-only reviewer, who has to name
 * files that exist. What a reviewer still claims without such a file, after its corrections, counts as missing. One that
 * gives no answer that can be read proves nothing: its criteria are not checked.
 */
export async function checkGoal(state: ReviewedState, around: GoalCheckSurroundings): Promise<CheckedGoal> {
  const { signal } = around.agents;
  const failed = await failedCommands(state, around);
  const reviewed = signal.aborted ? NOTHING_REVIEWED : await reviewCriteria(state, around);
  const { usage, notChecked } = reviewed;
  if (signal.aborted) return { outcome: { kind: "interrupted" }, usage };
  const missing = [...failed, ...reviewed.missing];
  const outcome: GoalOutcome =
    missing.length === 0 ? { kind: "met", notChecked } : { kind: "gaps", missing, notChecked };
  return { outcome, usage };
}

async function failedCommands(
  { goal, commit }: ReviewedState,
  { gate }: GoalCheckSurroundings,
): Promise<readonly MissingPart[]> {
  const commands = [...new Set(goal.checks.map((check) => check.run))];
  if (commands.length === 0) return [];
  const unprepared = await gate.prepare(commit);
  if (unprepared !== undefined) return commands.map((command) => ({ kind: "command", command, failed: unprepared }));
  const { results } = await gate.look(commands, { runAll: true });
  return results.flatMap(({ command, failed }): MissingPart[] =>
    failed === undefined ? [] : [{ kind: "command", command, failed }],
  );
}

interface Reviewed {
  readonly missing: readonly MissingPart[];
  readonly notChecked: readonly UncheckedCriterion[];
  readonly usage: AgentUsage;
}

const NOTHING_REVIEWED: Reviewed = { missing: [], notChecked: [], usage: NOTHING_USED };

async function reviewCriteria(state: ReviewedState, around: GoalCheckSurroundings): Promise<Reviewed> {
  const criteria = state.goal.criteria.map((text) => text.trim()).filter((text) => text !== "");
  const why = criteria.length === 0 ? undefined : around.whyNotAsk();
  if (why !== undefined) return unchecked(criteria, why);
  const tooLong = criteria.filter((text) => utf8Length(text) > LONGEST_CRITERION_BYTES);
  const parts = reviewParts(criteria.filter((text) => !tooLong.includes(text)).map((text) => ({ text })));
  let all = unchecked(tooLong, `it is longer than ${LONGEST_CRITERION_BYTES / 1024} KB`);
  if (parts.length === 0) return all;
  const lent = await around.directoryAt(state.commit);
  try {
    for (const part of parts) {
      const asked = part.map(({ text }) => text);
      const next = await askReviewer(asked, lent.directory, state, around);
      all = {
        missing: [...all.missing, ...next.missing],
        notChecked: [...all.notChecked, ...next.notChecked],
        usage: addUsage(all.usage, next.usage),
      };
    }
    return all;
  } finally {
    await lent.release();
  }
}

async function askReviewer(
  criteria: readonly string[],
  directory: string,
  state: ReviewedState,
  { agents, models }: GoalCheckSurroundings,
): Promise<Reviewed> {
  const heard: { understood?: readonly CriterionReview[] } = {};
  const { result, usage } = await askAgent<readonly CriterionReview[]>(
    {
      role: "reviewer",
      name: "reviewer",
      title: "Review of the goal",
      system: REVIEW_SYSTEM,
      promptVersion: REVIEW_PROMPT_VERSION,
      prompt: reviewPrompt({ ...state, criteria }),
      schema: goalReviewSchema,
      decode: (answer) => {
        const reading = readReview(answer, { criteria, directory, hasFile: state.hasFile });
        if (reading.kind === "unreadable") return failure(reading.problem);
        heard.understood = reading.reviews;
        return reading.kind === "sound" ? success(reading.reviews) : failure(reading.problem);
      },
      models,
    },
    { ...agents, directory },
  );
  // What could be understood stands, also when the claims in it were not shown to the end.
  if (!result.ok && heard.understood === undefined) return { ...unchecked(criteria, result.failure.reason), usage };
  const reviews = result.ok ? result.value.answer : (heard.understood ?? []);
  const missing = reviews.flatMap(({ criterion, met, missing: why }): MissingPart[] =>
    met ? [] : [{ kind: "criterion", criterion: criteria[criterion - 1] ?? "", why }],
  );
  return { missing, notChecked: [], usage };
}

function unchecked(criteria: readonly string[], because: string): Reviewed {
  return { ...NOTHING_REVIEWED, notChecked: criteria.map((criterion) => ({ criterion, because })) };
}
