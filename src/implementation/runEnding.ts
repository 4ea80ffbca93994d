import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { fastForwardUserBranch } from "../git/fastForward.ts";
import { compareFingerprints, type Fingerprint, takeFingerprint } from "../git/proofOfNoHarm.ts";
import { trackBranchName } from "../git/trackBranch.ts";
import type { RunState } from "../recovery/runState.ts";
import { type Inquiry, isInAttempt, type TaskState } from "../recovery/taskState.ts";
import type { Task } from "../types.ts";
import { waitingForAnswer } from "./attempts/answers.ts";
import { answerFlags, inquirySentence, openQuestion } from "./attempts/inquiryText.ts";
import { summaryLines, usageLine } from "./endingText.ts";
import { type GoalStanding, goalLines, goalReason } from "./goal/gapPlanEnding.ts";
import type { ImplementScene } from "./implementScene.ts";
import type { BranchPublisher } from "./landing/branchPublisher.ts";
import { type RunUndoing, undoingLines } from "./landing/undoneRun.ts";
import type { RunProgress } from "./runProgress.ts";
import type { RunRecorder } from "./runRecorder.ts";
import { describeUnwritten, type StatusProjection } from "./statusProjection.ts";
import type { PoolEnding } from "./workerPool.ts";

export interface RunEndingOptions {
  readonly scene: ImplementScene;
  readonly context: CommandContext;
  readonly publisher: BranchPublisher;
  readonly recorder: RunRecorder;
  readonly progress: RunProgress;
  readonly statuses: StatusProjection;
  readonly ending: PoolEnding;
  readonly undoing: RunUndoing;
  /** How the goal of the whole stands, as far as it was looked at. */
  readonly goal: GoalStanding;
  readonly before: Fingerprint;
}

/** Closes the books of a run: statuses, the user's branch if everything is done, the proof of no harm, the report. */
export async function endRun(options: RunEndingOptions): Promise<CommandReport> {
  const { context, scene, recorder, ending } = options;
  const saved = await saveResults(options);
  const { obstacle } = saved;
  const unfinished = scene.manager.backlog.tasks.filter((task) => task.status !== "complete");
  const lacking = goalReason(options.goal, scene.backlogFile);
  const isWhole = unfinished.length === 0 && lacking === undefined;
  const mayMove = isWhole && obstacle === undefined && ending.kind !== "stopped";
  const moved = mayMove ? await offerToUser(options) : leftAlone(options, saved.isPublished);
  // As long as the journal alone knows what has landed, or what is to be gone on with, the run stays open.
  const waiting = waitingForAnswer(recorder.state);
  const isStopped = ending.kind === "stopped" || obstacle !== undefined;
  if (isStopped || unfinished.some(({ id }) => isToGoOn(recorder.state.tasks.get(id)))) {
    await recorder.record({ type: "run_interrupted" });
  } else {
    await recorder.record({ type: "run_finished", outcome: isWhole ? "complete" : "incomplete" });
  }
  // An interrupted run has no time for the comparison; the run that goes on makes one of its own.
  const proof = context.signal.aborted ? [] : await proofOfNoHarm(options, moved.fastForwardedTo);
  const text = [
    ...summaryLines(options, saved.isPublished),
    ...undoingLines(options.undoing),
    ...goalLines(options.goal),
    ...moved.lines,
    ...proof,
    usageLine(options),
  ].join("\n");
  const reason = obstacle ?? reasonOf(options, unfinished) ?? lacking;
  const questions = isStopped ? [] : waiting.flatMap(({ id, inquiry }) => (inquiry ? [openQuestion(id, inquiry)] : []));
  return { text, outcome: reason === undefined ? { done: true } : { done: false, reason }, questions };
}

/** A question, answered perhaps at the last moment, or work that has passed and could not land yet. */
function isToGoOn(task: TaskState | undefined): boolean {
  return task !== undefined && (task.phase === "awaiting_input" || isInAttempt(task));
}

interface Saved {
  /** Why not everything is where the user sees it, with what to do, as the last line. */
  readonly obstacle: string | undefined;
  /** The user's `mac/<track_id>` holds all that has landed. */
  readonly isPublished: boolean;
}

/** Brings statuses and branch to where the user sees them. */
async function saveResults({ publisher, recorder, statuses }: RunEndingOptions): Promise<Saved> {
  const written = await statuses.settle(true);
  const published = await publisher.publish(recorder.head);
  if (!published.ok) {
    const obstacle = `Everything is kept, but ${published.failure}; then run implement again.`;
    return { obstacle, isPublished: false };
  }
  const obstacle = written.ok ? undefined : `Everything is kept, but ${describeUnwritten(written.failure)}`;
  return { obstacle, isPublished: true };
}

interface Offered {
  readonly lines: readonly string[];
  readonly fastForwardedTo: string | undefined;
}

/** Work that is not whole is not moved to the user's branch; what there is of it can be taken by hand. */
function leftAlone({ scene, recorder, undoing }: RunEndingOptions, isPublished: boolean): Offered {
  const landed = isPublished && undoing.kind !== "undone" && recorder.head !== scene.user.head;
  const command = `git merge ${trackBranchName(scene.backlog.track_id)}`;
  const lines = landed
    ? [`Your branch was left alone: not everything is done. To take what has landed: ${command}`]
    : [];
  return { lines, fastForwardedTo: undefined };
}

async function offerToUser({ scene, context, recorder }: RunEndingOptions): Promise<Offered> {
  const { git, user, backlog } = scene;
  const { head } = recorder;
  const trackBranch = trackBranchName(backlog.track_id);
  if (head === user.head) return { lines: [], fastForwardedTo: undefined };
  if (context.options.merge === "branch") {
    return {
      lines: [`Your branch was left alone (merge: branch). To take the work: git merge ${trackBranch}`],
      fastForwardedTo: undefined,
    };
  }
  const outcome = await fastForwardUserBranch(git, user, { to: head, trackBranch });
  if (outcome.kind === "left") {
    return {
      lines: [`Your branch was left alone: ${outcome.reason}. To take the work: ${outcome.command}`],
      fastForwardedTo: undefined,
    };
  }
  const branch = user.branch ?? "HEAD";
  await recorder.record({ type: "fast_forwarded", branch, commit: head });
  return { lines: [`${branch} was fast-forwarded to ${head.slice(0, 9)}.`], fastForwardedTo: head };
}

async function proofOfNoHarm(
  { scene, before }: RunEndingOptions,
  fastForwardedTo: string | undefined,
): Promise<readonly string[]> {
  const { git, user, backlog, backlogFile } = scene;
  const after = await takeFingerprint(git, user);
  const differences = compareFingerprints(before, after, {
    refs: [`refs/heads/${trackBranchName(backlog.track_id)}`],
    fastForwardedTo,
    paths: ["tasks/", backlogFile],
  });
  if (differences.length === 0) {
    return [
      "Untouched: your other branches and refs, configuration, hooks, index and files outside tasks/ (compared before and after).",
    ];
  }
  return [
    "Changed while the run went on, and not by a step of it (compared before and after):",
    ...differences.map((line) => `  ${line}`),
  ];
}

/** Undefined: everything is done. */
function reasonOf(
  { ending, recorder, scene, undoing }: RunEndingOptions,
  unfinished: readonly Task[],
): string | undefined {
  if (undoing.kind === "left") return undoing.reason;
  if (ending.kind === "stopped") return stoppedReason(ending.reason);
  const asked = unfinished.filter(({ id }) => scene.asked.has(id) || isOfGapPlan(id, scene));
  if (asked.length === 0) return undefined;
  const [question, ...others] = waitingForAnswer(recorder.state);
  if (question?.inquiry !== undefined) return waitingReason(question.id, question.inquiry, others.length);
  const ids = asked.map((task) => task.id).join(", ");
  const takenBack = asked.filter(({ id }) => recorder.state.tasks.get(id)?.isHeldBack).map(({ id }) => id);
  const failed = unfinished.filter((task) => task.status === "failed").map((task) => task.id);
  const notDone = `Not done: ${ids}.${pausedSentence(asked, recorder.state)}`;
  if (failed.length === 0 && takenBack.length > 0) {
    return `${notDone} Taken back: ${takenBack.join(", ")}; run implement again to do that anew.`;
  }
  if (failed.length === 0) return `${notDone} Run implement again to go on.`;
  return `${notDone} To try again, set the status of ${failed.join(", ")} to pending and run implement again.`;
}

/** What a person keeps from being gone on with; the next run begins with nothing paused. */
function pausedSentence(tasks: readonly Task[], { tasks: states }: RunState): string {
  const paused = tasks.filter(({ id }) => states.get(id)?.pausedBecause !== undefined).map(({ id }) => id);
  return paused.length === 0 ? "" : ` Paused: ${paused.join(", ")}, until implement is run again.`;
}

/** A task that was not there when the run was asked for is part of what was asked. */
function isOfGapPlan(id: string, { backlog }: ImplementScene): boolean {
  return !backlog.tasks.some((task) => task.id === id);
}

function waitingReason(task: string, inquiry: Inquiry, others: number): string {
  const more = others === 0 ? "" : ` Other questions: ${others}, see above.`;
  return `${task} ${inquirySentence(inquiry)} Answer with: opencode run answer -- ${answerFlags(inquiry)}, then run implement again.${more}`;
}

function stoppedReason(reason: string): string {
  if (reason === "interrupted") return "Interrupted; everything is kept. Run implement again to go on.";
  return `Stopped: ${reason}. What has landed is kept; run implement again to go on.`;
}
