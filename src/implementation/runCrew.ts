import { chainsOf } from "../backlog/criticalPath.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { pause } from "../core/pause.ts";
import { messageOf } from "../core/refusal.ts";
import { describeDuration } from "../core/usageText.ts";
import { recordOrWarn } from "../factory/recordOrWarn.ts";
import { SpecRepository } from "../factory/specRepository.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { trackRef } from "../git/trackBranch.ts";
import type { Backlog, Task } from "../types.ts";
import type { RunRecording } from "./artifacts/runRecording.ts";
import type { AttemptFailure } from "./attempts/attemptOutcome.ts";
import { writeFailedTaskPage } from "./attempts/failedTaskPage.ts";
import { TaskWork } from "./attempts/taskWork.ts";
import { forecastTasks } from "./forecast/taskForecasts.ts";
import { allTokens } from "./forecast/tokenEstimate.ts";
import type { ImplementScene } from "./implementScene.ts";
import type { BranchPublisher } from "./landing/branchPublisher.ts";
import { MergeQueue } from "./landing/mergeQueue.ts";
import type { RunEquipment } from "./runEquipment.ts";
import type { RunProgress } from "./runProgress.ts";
import type { RunRecorder } from "./runRecorder.ts";
import { classEfforts, estimateEffort } from "./scheduling/effort.ts";
import { describeHold } from "./scheduling/holdWords.ts";
import type { Watch } from "./supervision/superviseAttempt.ts";
import { WorkerPool } from "./workerPool.ts";
import type { WorktreeManager } from "./worktreeManager.ts";

/** With nothing else to do, models that cool down are waited for this long before the run stops, to be gone on with. */
const LONGEST_WAIT_MS = 300_000;

export interface CrewSources {
  readonly scene: ImplementScene;
  readonly context: CommandContext;
  readonly control: ControlRepository;
  readonly worktrees: WorktreeManager;
  readonly equipment: RunEquipment;
  readonly recorder: RunRecorder;
  readonly recording: RunRecording;
  readonly progress: RunProgress;
  readonly publisher: BranchPublisher;
  /** Commands that decide about landing. */
  readonly verify: readonly string[];
  /** What every worker is told besides its task. */
  readonly system: string;
  readonly onBroken: () => void;
}

/**
 * A pool for these tasks of a run, with the backlog as it is now, and everything its work needs.
 * @param isRunEnding told apart from a crew that only comes to rest, and is followed by another
 */
export function crewFor(sources: CrewSources, tasks: readonly Task[], isRunEnding: () => boolean): WorkerPool {
  const { scene, context, equipment, recorder, progress } = sources;
  const { backlog } = scene.manager;
  const watches = new Map<string, Watch>();
  const efforts = effortsOf(backlog, equipment);
  const work = taskWork(sources, backlog, watches, efforts, isRunEnding);
  const withStatus = (status: Task["status"]) =>
    new Set(backlog.tasks.filter((task) => task.status === status).map((task) => task.id));
  return new WorkerPool({
    tasks: tasks.filter((task) => recorder.state.tasks.has(task.id)),
    alreadyComplete: withStatus("complete"),
    alreadyFailed: withStatus("failed"),
    // Tasks that came later may be more than work trees were leased for.
    workers: Math.min(scene.workers, sources.worktrees.slots.length),
    failurePolicy: context.options.failurePolicy,
    state: () => recorder.state,
    subscribe: (listener) => recorder.events.onAny(listener),
    work: (task) => work.run(task),
    skip: (task, because) => work.skip(task, because),
    onBroken: sources.onBroken,
    whyStop: () => whyStop(sources),
    effortOf: (task) => efforts.get(task.id) ?? 0,
    notBefore: (task) => work.notBefore(task),
    whyPaused: () => equipment.resources.whyPaused(),
    onOvertime: (task, milliseconds) => {
      progress.say("warn", `has taken ${describeDuration(milliseconds)}, twice what was expected`, task.id);
      void watches.get(task.id)?.checkpoint("overtime");
    },
    onHold: (hold) => {
      const what = hold && `free workers wait for ${describeHold(hold, context.clock.now())}`;
      progress.say("info", what ?? "tasks are started again");
    },
    maxWaitMs: LONGEST_WAIT_MS,
    clock: context.clock,
    pause,
    signal: context.signal,
  });
}

/** By task, in milliseconds. */
function effortsOf({ tasks }: Backlog, { complexityOf }: RunEquipment): ReadonlyMap<string, number> {
  const efforts = classEfforts();
  return new Map(tasks.map((task) => [task.id, estimateEffort(task, complexityOf(task), efforts)]));
}

function taskWork(
  sources: CrewSources,
  backlog: Backlog,
  watches: Map<string, Watch>,
  efforts: ReadonlyMap<string, number>,
  isRunEnding: () => boolean,
): TaskWork {
  const { scene, context, control, equipment, recorder, recording, progress, verify } = sources;
  const { options } = context;
  const forecasts = forecastTasks(backlog.tasks, { backlog, facts: scene.facts, models: context.models, options });
  const tokensOf = new Map(forecasts.map(({ id, tokens }) => [id, allTokens(tokens).high]));
  const chains = chainsOf(backlog.tasks, ({ id }) => efforts.get(id) ?? 0);
  return new TaskWork({
    backlog,
    surroundings: {
      ...equipment,
      runner: recording.runner(equipment.runner),
      onRan: recording.onRan,
      recorder,
      control,
      options,
      mode: scene.mode,
      verify,
      author: scene.user.identity,
      indexes: scene.state.indexes,
      system: sources.system,
      tasks: () => scene.manager.backlog.tasks,
      urgencyOf: ({ id }) => chains.get(id)?.effort ?? 0,
      estimateOf: (task) => ({ tokens: tokensOf.get(task.id), lines: undefined, milliseconds: undefined }),
      watches,
      clock: context.clock,
      pause: context.pause,
      signal: context.signal,
      onActivity: progress.onActivity,
    },
    worktrees: sources.worktrees,
    mergeQueue: mergeQueue(sources),
    whyNotAgain: ({ id }) =>
      whyStop(sources) ?? recorder.state.pausedBecause ?? recorder.state.tasks.get(id)?.pausedBecause,
    isRunEnding,
    onLesson: (task) => recordLessons(sources, task),
    onGivenUp: (task, failed) => leavePage(sources, task, failed),
  });
}

function mergeQueue({
  scene,
  context,
  control,
  equipment,
  recorder,
  recording,
  progress,
  publisher,
  verify,
}: CrewSources): MergeQueue {
  return new MergeQueue({
    recorder,
    control,
    gate: equipment.gate,
    author: scene.user.identity,
    trackRef: trackRef(scene.backlog.track_id),
    verify,
    signal: context.signal,
    onRan: recording.onRanInGate,
    carry: (commit) => publisher.carry(commit),
    publish: async (commit) => {
      const published = await publisher.publish(commit);
      if (!published.ok) progress.say("warn", published.failure);
    },
  });
}

/** M15, M16: what failed is part of the task's spec from now on. */
async function recordLessons({ scene, context, control, recorder, progress }: CrewSources, task: Task): Promise<void> {
  const state = recorder.state.tasks.get(task.id);
  const last = state?.lessons.at(-1);
  if (state === undefined || last === undefined) return;
  const specs = new SpecRepository(control, context.clock);
  const spec = { trackId: scene.backlog.track_id, taskId: task.id, lessons: state.lessons };
  const origin = {
    author: "rebase",
    reason: `attempt ${last.attempt}: ${state.failure?.message ?? last.mess}`,
    models: last.model === undefined ? [] : [last.model],
  } as const;
  await recordOrWarn(
    task.id,
    () => specs.recordLessons(spec, origin),
    (message) => progress.say("warn", message, task.id),
  );
}

async function leavePage(
  { scene, recorder, progress }: CrewSources,
  task: Task,
  failed: AttemptFailure | undefined,
): Promise<void> {
  const state = recorder.state.tasks.get(task.id);
  if (state === undefined) return;
  const page = {
    task,
    state,
    failed,
    runId: recorder.runId,
    stateDirectory: scene.state,
    backlogFile: scene.backlogFile,
  };
  try {
    progress.say("info", `all about it: ${await writeFailedTaskPage(page)}`, task.id);
  } catch (error) {
    progress.say("warn", `its page could not be written: ${messageOf(error)}`, task.id);
  }
}

/** H13. A budget ends the run before the next task, not in the middle of one; it can be resumed. */
export function whyStop({ context, equipment, recorder }: CrewSources): string | undefined {
  const { options, signal } = context;
  const { state } = recorder;
  const { tokens, usd } = options.budget;
  if (signal.aborted) return "interrupted";
  if (tokens !== undefined && state.tokens >= tokens)
    return `the budget of ${tokens} tokens is used up (${state.tokens}), raise budget.tokens`;
  if (usd !== undefined && state.costUsd >= usd)
    return `the budget of $${usd} is used up ($${state.costUsd.toFixed(2)}), raise budget.usd`;
  return equipment.runner.whyStop();
}
