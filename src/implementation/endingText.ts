import { counted } from "../core/counted.ts";
import { describeUsage } from "../core/usageText.ts";
import { trackBranchName } from "../git/trackBranch.ts";
import type { TaskState } from "../recovery/taskState.ts";
import type { Task } from "../types.ts";
import { inquiryLine } from "./attempts/inquiryText.ts";
import type { ImplementScene } from "./implementScene.ts";
import type { RunProgress } from "./runProgress.ts";
import type { RunRecorder } from "./runRecorder.ts";

/** What the end of a run is told from. */
export interface EndingSources {
  readonly scene: ImplementScene;
  readonly recorder: RunRecorder;
  readonly progress: RunProgress;
}

/** What landed and where, how much of it was proven, and each task of the run with what became of it and why. */
export function summaryLines(sources: EndingSources, isPublished: boolean): string[] {
  return [landedLine(sources, isPublished), ...proofLines(sources), ...taskLines(sources)];
}

export function usageLine({ recorder, progress }: EndingSources): string {
  const { tokens, costUsd } = recorder.state;
  const usage = describeUsage({ tokensUsed: tokens, costUsd });
  return `${usage}, ${progress.elapsed()}, at most ${counted(progress.mostAtOnce, "task")} at once.`;
}

function landedLine({ recorder, scene }: EndingSources, isPublished: boolean): string {
  const { tasks } = recorder.state;
  const landed = landedTasks(recorder).length;
  const branch = trackBranchName(scene.backlog.track_id);
  const where = isPublished ? `on ${branch}` : `in our own repository, but are not all on ${branch} yet`;
  return `${landed} of ${tasks.size} tasks landed ${where} (${recorder.head.slice(0, 9)}), run ${recorder.runId}.`;
}

/** Proven: its acceptance failed before the work, passes after, and fails again without it. */
function proofLines({ recorder }: EndingSources): string[] {
  const landed = landedTasks(recorder);
  const unproven = landed.filter(({ proof }) => proof?.proven !== true);
  const flaky = landed.filter((task) => task.flaky.length > 0);
  const proven = `${landed.length - unproven.length} proven, ${unproven.length} unproven`;
  return [
    ...(landed.length === 0 ? [] : [unproven.length === 0 ? `All of them proven.` : `${proven}: ${named(unproven)}.`]),
    ...flaky.map(({ id, flaky: commands }) => `Flaky, passed when run again: ${id}, ${commands.join("; ")}.`),
  ];
}

function named(tasks: readonly TaskState[]): string {
  return tasks.map(({ id, proof }) => `${id} (${proof?.because ?? "not looked at"})`).join(", ");
}

function landedTasks({ state }: RunRecorder): readonly TaskState[] {
  return [...state.tasks.values()].filter((task) => task.phase === "complete");
}

function taskLines({ recorder, scene }: EndingSources): string[] {
  const states = recorder.state.tasks;
  const all = scene.manager.backlog.tasks;
  const tasks = all.filter((task) => states.has(task.id));
  const width = Math.max(0, ...tasks.map((task) => task.id.length));
  const done = new Set(all.filter((task) => task.status === "complete").map((task) => task.id));
  return tasks.map(
    (task) => `  ${task.id.padEnd(width)}  ${describeTask(task, states.get(task.id), done.has(task.id))}`,
  );
}

function describeTask({ title }: Task, state: TaskState | undefined, isComplete: boolean): string {
  if (state === undefined) return title;
  const { inquiry, attempts, failure, phase, skippedBecause, tokens, costUsd, agentMs } = state;
  const effort = `(${counted(attempts, "attempt")}, ${describeUsage({ tokensUsed: tokens, costUsd, durationMs: agentMs })})`;
  switch (phase) {
    case "complete":
      return `complete  ${title}  ${effort}`;
    case "failed":
      return `failed    ${title}: ${failure?.message ?? ""}  ${effort}`;
    case "skipped":
      return `skipped   ${title}: it needs ${skippedBecause ?? "another task"}`;
    case "awaiting_input":
      return `waiting   ${title}: ${inquiry === undefined ? "" : `${inquiryLine(inquiry)} (${inquiry.checkpoint})`}`;
    default:
      return `${isComplete ? "complete" : "to do   "}  ${title}${state.isHeldBack ? ": it was taken back" : ""}`;
  }
}
