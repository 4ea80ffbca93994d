import type { BacklogManager } from "../../backlog/backlogManager.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { TimeLimitExceeded, withTimeLimit } from "../../core/timeLimit.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Identity } from "../../git/userRepository.ts";
import type { RunLog } from "../../recovery/runLog.ts";
import type { RunState } from "../../recovery/runState.ts";
import { describeFailedCheck, type FailedCheck } from "../../verification/commandCheck.ts";
import { shortList } from "../../verification/evidence.ts";
import type { RunRecorder } from "../runRecorder.ts";
import type { Gate } from "./gate.ts";
import { joinSteps, type StepCommit, tasksUndoneBy, undoMessage } from "./landingCommits.ts";

/** A task whose work is on the branch, by its own commit. */
export interface LandedTask {
  readonly task: string;
  readonly commit: string;
}

export interface UndoOptions {
  readonly control: ControlRepository;
  readonly gate: Pick<Gate, "check">;
  readonly author: Identity;
  readonly signal: AbortSignal;
}

export interface UndoRequest {
  /** Head of the track's branch. */
  readonly head: string;
  /** What is to be undone, in the order in which it landed: a task, and everything landed that depends on it. */
  readonly tasks: readonly LandedTask[];
  /** A sentence for the commit and the journal. */
  readonly because: string;
  /** Commands that have to pass afterwards: `verify`, or the acceptance of what stays. */
  readonly checks: readonly string[];
}

/** A verified commit that takes tasks back; the branch does not have it yet. */
export interface PreparedUndo {
  readonly head: string;
  readonly commit: string;
  /** In the order of undoing: the last that landed first. */
  readonly tasks: readonly string[];
  readonly because: string;
}

/** Why nothing was undone: the branch is as it was, and a person has to decide. */
export type UndoFailure =
  /** What landed later, and does not depend on the task, changed the same lines. */
  | { readonly reason: "conflict"; readonly task: string; readonly commit: string; readonly paths: readonly string[] }
  | { readonly reason: "verify_failed"; readonly check: FailedCheck }
  | { readonly reason: "stuck"; readonly message: string }
  | { readonly reason: "interrupted" };

/** For everything but the checks, which have limits of their own. */
const LIMIT_MS = 60_000;

/**
 * Compensation (O6), first half: makes the commit that takes the tasks back, the last landed first, each by merging the
 * reverse of its own commit, and verifies the result in the gate as one step. No ref is moved.
 */
export async function prepareUndo(
  request: UndoRequest,
  options: UndoOptions,
): Promise<Result<PreparedUndo, UndoFailure>> {
  const { head, because } = request;
  const { signal } = options;
  try {
    const made = await withTimeLimit(() => reverseAll(request, options), LIMIT_MS, "undoing", signal);
    if (!made.ok) return made;
    const failed = await newFailure(head, made.value.commit, request.checks, options.gate);
    if (signal.aborted) return failure({ reason: "interrupted" });
    if (failed !== undefined) return failure({ reason: "verify_failed", check: failed });
    return success({ head, because, ...made.value });
  } catch (error) {
    if (signal.aborted) return failure({ reason: "interrupted" });
    if (error instanceof TimeLimitExceeded) return failure({ reason: "stuck", message: error.message });
    throw error;
  }
}

async function reverseAll(
  { head, tasks, because }: UndoRequest,
  { author, control }: UndoOptions,
): Promise<Result<Pick<PreparedUndo, "commit" | "tasks">, UndoFailure>> {
  const steps: StepCommit[] = [];
  for (const { task, commit: landed } of tasks.toReversed()) {
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
  return success({ commit: await joinSteps(control, author, head, steps, message), tasks: ids });
}

/** What fails on the branch as it is already says nothing against the undoing. */
async function newFailure(
  head: string,
  commit: string,
  checks: readonly string[],
  gate: UndoOptions["gate"],
): Promise<FailedCheck | undefined> {
  const failed = await gate.check(commit, checks);
  if (failed === undefined || failed.aborted || !checks.includes(failed.command)) return failed;
  if ((await gate.check(head, [failed.command])) === undefined) return failed;
  const others = checks.filter((command) => command !== failed.command);
  return newFailure(head, commit, others, gate);
}

/**
 * Compensation, second half: moves the head of the track by compare-and-swap and journals each task as undone. The
 * commit says itself what it undoes, so `recordUndone` completes the journal after a crash in between. Rejects when the
 * head is not where the undoing was prepared for.
 */
export async function carryOutUndo(
  { head, commit, tasks, because }: PreparedUndo,
  {
    control,
    recorder,
    trackRef,
  }: { readonly control: ControlRepository; readonly recorder: RunRecorder; readonly trackRef: string },
): Promise<void> {
  const moved = await control.updateRef(trackRef, commit, head);
  if (!moved.ok) throw new Error(`the head of the track was moved by somebody else (${trackRef})`);
  for (const task of tasks) await recorder.record({ type: "task_undone", task, commit, because });
}

/** Records what the head of the branch says was undone, and the journal does not know yet. */
export async function recordUndone(control: ControlRepository, log: RunLog, head: string): Promise<void> {
  const known = log.state.head === head;
  for (const task of await tasksUndoneBy(control, head)) {
    const phase = log.state.tasks.get(task)?.phase;
    // A run that began for an undoing has its tasks as ready from the start.
    if (phase !== "complete" && (known || phase !== "ready")) continue;
    await log.record({ type: "task_undone", task, commit: head, because: "it was undone when the process ended" });
  }
}

/**
 * Shows in the backlog what the open run has undone, where a crash kept that from the file: a run that came to rest has
 * shown it. @returns the tasks
 */
export async function showUndone(
  control: ControlRepository,
  { head, interrupted, tasks }: RunState,
  manager: BacklogManager,
): Promise<readonly string[]> {
  if (interrupted || head === undefined) return [];
  const undone = (await tasksUndoneBy(control, head)).filter((task) => tasks.get(task)?.phase === "ready");
  const known = new Set(manager.backlog.tasks.map(({ id }) => id));
  for (const task of undone) if (known.has(task)) await manager.updateTaskStatus(task, "pending");
  return undone;
}

/** Why nothing was undone, and what to do, for a person. */
export function describeUndoFailure(failed: UndoFailure, branch: string): string {
  switch (failed.reason) {
    case "conflict":
      return `${failed.task} cannot be undone: what landed later, and does not depend on it, changed the same lines of ${shortList(failed.paths)}; undo that task first, or take it back by hand with \`git revert ${failed.commit.slice(0, 9)}\` on ${branch}. Nothing was changed.`;
    case "verify_failed":
      return `Without it ${describeFailedCheck(failed.check)}: something that does not say so depends on it. Undo that too, or mend it first. Nothing was changed.`;
    case "stuck":
      return `Nothing was changed: ${failed.message}. Look at what keeps git busy in this repository, then try again.`;
    case "interrupted":
      return "Interrupted; nothing was changed.";
    default:
      return unreachable(failed);
  }
}
