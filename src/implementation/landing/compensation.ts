import { failure, type Result, success } from "../../core/result.ts";
import { TimeLimitExceeded, withTimeLimit } from "../../core/timeLimit.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { GitError } from "../../git/gitFailure.ts";
import type { Identity } from "../../git/userRepository.ts";
import type { Backlog } from "../../types.ts";
import { describeFailedCheck, type FailedCheck } from "../../verification/commandCheck.ts";
import { shortList } from "../../verification/evidence.ts";
import type { Gate } from "./gate.ts";
import { joinSteps, returnMessage, type StepCommit, undoMessage } from "./landingCommits.ts";
import type { RollbackManner, RollbackPlan } from "./rollbackPlan.ts";

export interface PreparationOptions {
  readonly control: ControlRepository;
  readonly gate: Pick<Gate, "check">;
  readonly author: Identity;
  /** Commands that have to pass afterwards: `verify`, or the acceptance of what stays. */
  readonly checks: readonly string[];
  readonly signal: AbortSignal;
}

/** A plan, and the verified commit that carries it out; the branch does not have it yet. */
export interface PreparedRollback {
  readonly plan: RollbackPlan;
  readonly commit: string;
}

/** Why nothing was undone: the branch is as it was, and a person has to decide. */
export type RollbackFailure =
  /** What landed later, and does not depend on the task, changed the same lines. */
  | { readonly reason: "conflict"; readonly task: string; readonly commit: string; readonly paths: readonly string[] }
  | { readonly reason: "verify_failed"; readonly check: FailedCheck; readonly manner: RollbackManner }
  | { readonly reason: "stuck"; readonly message: string }
  | { readonly reason: "interrupted" };

/** For everything but the checks, which have limits of their own. */
const LIMIT_MS = 60_000;

/**
 * Compensation (O6), first half: makes the commit that rolls the branch back, and verifies it in the gate as one step. No
 * ref is moved.
 */
export async function prepareRollback(
  plan: RollbackPlan,
  options: PreparationOptions,
): Promise<Result<PreparedRollback, RollbackFailure>> {
  const { checks, gate, signal } = options;
  try {
    const made = await withTimeLimit(() => commitOf(plan, options), LIMIT_MS, "undoing", signal);
    if (!made.ok) return made;
    const failed = await newFailure(plan.head, made.value, checks, gate);
    if (signal.aborted) return failure({ reason: "interrupted" });
    if (failed !== undefined) return failure({ reason: "verify_failed", check: failed, manner: plan.manner });
    return success({ plan, commit: made.value });
  } catch (error) {
    if (signal.aborted) return failure({ reason: "interrupted" });
    if (error instanceof TimeLimitExceeded || error instanceof GitError)
      return failure({ reason: "stuck", message: error.message });
    throw error;
  }
}

/** `verify`; without it, what proved the tasks that stay. */
export function checksAfter(
  { staying }: RollbackPlan,
  { tasks }: Pick<Backlog, "tasks">,
  verify: readonly string[],
): readonly string[] {
  if (verify.length > 0) return verify;
  const proofs = tasks.filter(({ id }) => staying.includes(id)).flatMap(({ acceptance }) => acceptance);
  return [...new Set(proofs.map(({ run }) => run))];
}

function commitOf(plan: RollbackPlan, options: PreparationOptions): Promise<Result<string, RollbackFailure>> {
  return plan.manner.kind === "reverse" ? reverseAll(plan, options) : returnTo(plan.manner, plan, options);
}

/** Takes the tasks back, the last landed first, each by merging the reverse of its own commit. */
async function reverseAll(
  { head, undone, because }: RollbackPlan,
  { author, control }: PreparationOptions,
): Promise<Result<string, RollbackFailure>> {
  const steps: StepCommit[] = [];
  for (const { task, commit: landed } of undone.toReversed()) {
    const tip = steps.at(-1)?.commit ?? head;
    const [{ parents, subject } = { parents: [], subject: task }] = await control.commits({ to: landed, limit: 1 });
    const before = await control.treeOf(parents[0] ?? landed);
    // A commit on top of the landed one that takes it back: what a merge of it changes is exactly that.
    const reverse = await control.commit({ tree: before, parents: [landed], message: `Undo ${task}\n`, author });
    const merged = await control.mergeTrees(tip, reverse);
    if (merged.kind === "conflict") return failure({ reason: "conflict", task, commit: landed, paths: merged.paths });
    const message = undoMessage(`Undo ${subject}`, because, [task]);
    const commit = await control.commit({ tree: merged.tree, parents: [tip], message, author });
    steps.push({ task, commit, tree: merged.tree });
  }
  const ids = steps.map(({ task }) => task);
  const message = undoMessage(`Undo ${ids.join(", ")}, verified together`, because, ids);
  return success(await joinSteps(control, author, head, steps, message));
}

async function returnTo(
  manner: RollbackManner & { readonly kind: "return" },
  plan: RollbackPlan,
  { author, control }: PreparationOptions,
): Promise<Result<string, RollbackFailure>> {
  const tree = await control.treeOf(manner.commit);
  const message = returnMessage(manner, plan.because, plan);
  return success(await control.commit({ tree, parents: [plan.head], message, author }));
}

/** What fails on the branch as it is already says nothing against the undoing. */
async function newFailure(
  head: string,
  commit: string,
  checks: readonly string[],
  gate: PreparationOptions["gate"],
): Promise<FailedCheck | undefined> {
  const failed = await gate.check(commit, checks);
  if (failed === undefined || failed.aborted || !checks.includes(failed.command)) return failed;
  if ((await gate.check(head, [failed.command])) === undefined) return failed;
  const others = checks.filter((command) => command !== failed.command);
  return newFailure(head, commit, others, gate);
}

/** Why nothing was undone, and what to do, for a person. */
export function describeRollbackFailure(failed: RollbackFailure, branch: string): string {
  switch (failed.reason) {
    case "conflict":
      return `${failed.task} cannot be undone: what landed later, and does not depend on it, changed the same lines of ${shortList(failed.paths)}; undo that task first, or take it back by hand with \`git revert ${failed.commit.slice(0, 9)}\` on ${branch}. Nothing was changed.`;
    case "verify_failed": {
      const what = describeFailedCheck(failed.check);
      return failed.manner.kind === "reverse"
        ? `Without it ${what}: something that does not say so depends on it. Undo that too, or mend it first. Nothing was changed.`
        : `As it was at ${failed.manner.commit.slice(0, 9)} ${what}: choose another commit, or mend it first. Nothing was changed.`;
    }
    case "stuck":
      return `Nothing was changed: ${failed.message}. Look at what keeps git busy in this repository, then try again.`;
    case "interrupted":
      return "Interrupted; nothing was changed.";
    default:
      return unreachable(failed);
  }
}
