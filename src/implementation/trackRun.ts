import { formatWarnings } from "../backlog/diagnostics.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { UNCONFINED } from "../core/confinement.ts";
import { allowedEnvironment } from "../core/environment.ts";
import { messageOf, Refusal } from "../core/refusal.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { takeFingerprint } from "../git/proofOfNoHarm.ts";
import { createTrackBranch, readTrackBranch, trackRef } from "../git/trackBranch.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";
import type { Lock } from "../recovery/lock.ts";
import type { RunLog } from "../recovery/runLog.ts";
import type { Task } from "../types.ts";
import { type AgentsFile, readAgentsFile } from "./agentsFile.ts";
import { BranchPublisher } from "./branchPublisher.ts";
import { Gate } from "./gate.ts";
import type { ImplementFlags, ImplementScene } from "./implementScene.ts";
import { MergeQueue } from "./mergeQueue.ts";
import { leftOutNotice, unknownBaseNotice } from "./messageNotices.ts";
import { endRun } from "./runEnding.ts";
import { canGoOn, type RunPurpose, startRun, takeUpRun } from "./runOpening.ts";
import { RunProgress } from "./runProgress.ts";
import { RunRecorder } from "./runRecorder.ts";
import { SlotSetup } from "./slotSetup.ts";
import { describeUnwritten, StatusProjection } from "./statusProjection.ts";
import { TaskWork } from "./taskWork.ts";
import { verifyBase } from "./verifyBase.ts";
import { WorkerPool } from "./workerPool.ts";
import type { WorktreeManager } from "./worktreeManager.ts";

/** What a run works with, all of it held for this run alone. */
export interface TrackRunResources {
  readonly flags: ImplementFlags;
  readonly scene: ImplementScene;
  readonly context: CommandContext;
  readonly lock: Lock;
  readonly progress: ProgressReporter;
  readonly control: ControlRepository;
  readonly worktrees: WorktreeManager;
}

/** From a checked backlog and leased work trees to the end of the run: open, work, end. */
export async function runTrack(held: TrackRunResources): Promise<CommandReport> {
  const broken = new AbortController();
  const signal = AbortSignal.any([held.context.signal, broken.signal]);
  const resources = { ...held, context: { ...held.context, signal } };
  const { scene, context } = resources;
  const before = await takeFingerprint(scene.git, scene.user);
  const setup = setupOf(resources);
  const gate = gateOf(resources, setup);
  const { allowRedBase } = held.flags;
  const verify = await verifyBase({ scene, control: held.control, gate, allowRedBase, signal });
  const log = await openRun(resources);
  const { recorder, progress, statuses } = recordingOf(resources, log);
  try {
    // What cannot be written yet goes out with the next status; what never could is told at the end.
    await statuses.settle(false);
    const agentsFile = await readAgentsFile(held.control, recorder.head);
    for (const notice of await noticesOf(resources, recorder, agentsFile)) progress.say("warn", notice);

    const publisher = publisherOf(resources, recorder);
    const onBroken = () => broken.abort();
    const system = agentsFile.text;
    const pool = poolOf(resources, { recorder, progress, setup, gate, verify, publisher, system, onBroken });
    const ending = await pool.run();
    return await endRun({ scene, context, publisher, recorder, progress, statuses, ending, before });
  } finally {
    // A run that broke has statuses on their way: they are written while the track is still ours.
    await statuses.idle();
    await log.close();
  }
}

/** What the person should know before agents begin. */
async function noticesOf(
  { scene, context, control }: TrackRunResources,
  recorder: RunRecorder,
  agentsFile: AgentsFile,
): Promise<readonly string[]> {
  const { backlog, tasks } = scene;
  const notices = [
    ...context.workerNotices,
    ...formatWarnings(scene.manager.warnings),
    agentsFile.notice,
    leftOutNotice(backlog, tasks),
    await unknownBaseNotice(backlog, tasks, control, recorder.head),
  ];
  return notices.filter((notice) => notice !== undefined);
}

interface Recording {
  readonly recorder: RunRecorder;
  readonly progress: RunProgress;
  readonly statuses: StatusProjection;
}

/** Who is told what happens, once the journal has it. */
function recordingOf({ scene, context, progress: reporter }: TrackRunResources, log: RunLog): Recording {
  const progress = new RunProgress(reporter, context.clock, scene.tasks, () => log.state);
  const warn = (error: unknown) => progress.say("warn", messageOf(error));
  const recorder = new RunRecorder(log, warn);
  const ids = scene.tasks.map((task) => task.id);
  const statuses = new StatusProjection(scene.manager, () => log.state, ids, warn);
  recorder.events.onAny(progress.onEvent);
  recorder.events.onAny(statuses.onEvent);
  return { recorder, progress, statuses };
}

/** What every command of a run gets, wherever it runs. */
interface Commands {
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

function commandsOf({ context }: TrackRunResources): Commands {
  return {
    environment: allowedEnvironment(context.environment),
    timeoutMs: context.options.taskTimeoutSeconds * 1_000,
    signal: context.signal,
  };
}

function setupOf(resources: TrackRunResources): SlotSetup {
  return new SlotSetup({ ...commandsOf(resources), commands: resources.scene.setup, confine: () => UNCONFINED });
}

function gateOf(resources: TrackRunResources, setup: SlotSetup): Gate {
  const surroundings = { ...commandsOf(resources), confinement: UNCONFINED };
  return new Gate(resources.worktrees.gate, setup, surroundings);
}

async function openRun(resources: TrackRunResources): Promise<RunLog> {
  const { scene, context, control, lock } = resources;
  const { git, user, state, backlog, backlogFile, tasks, workers } = scene;
  const opener = { state, control, clock: context.clock, lock };
  const unfinished = await takeUpRun(opener, backlog.track_id);
  try {
    const start = await startOf(resources, unfinished);
    const branch = await createTrackBranch(git, user, control, backlog.track_id, start);
    if (branch.kind === "refused") throw new Refusal(branch.message);

    const purpose: RunPurpose = { backlog, backlogFile, tasks, workers, head: branch.head, userBranch: user.branch };
    if (unfinished === undefined) return await startRun(opener, purpose);
    if (canGoOn(unfinished.state, purpose)) {
      await unfinished.record({ type: "run_resumed" });
      return unfinished;
    }
    const landed = await closeTakenOver(unfinished, scene);
    return await startRun(opener, { ...purpose, tasks: tasks.filter(({ id }) => !landed.has(id)) });
  } catch (error) {
    await unfinished?.close();
    throw error;
  }
}

/** Ends a run that a new one takes over from. Its journal is not read again: what landed has to be in the file first. */
async function closeTakenOver(run: RunLog, { manager }: ImplementScene): Promise<ReadonlySet<string>> {
  const landed = landedIn(run);
  const ignore = () => undefined;
  const written = await new StatusProjection(manager, () => run.state, landed, ignore).settle(true);
  if (!written.ok) throw new Refusal(`What the last run landed is kept, but ${describeUnwritten(written.failure)}`);
  await run.record({ type: "run_finished", outcome: "incomplete" });
  await run.close();
  return landed;
}

/** Where a branch that is not there yet begins: at the user's commit, or, deleted under an open run, where that was. */
async function startOf({ scene, control }: TrackRunResources, unfinished: RunLog | undefined): Promise<string> {
  const { git, user, backlog } = scene;
  const head = unfinished?.state.head;
  if (head === undefined || (await readTrackBranch(git, user, backlog.track_id)) !== undefined) return user.head;
  return (await control.isAncestor(head, user.head)) ? user.head : head;
}

function landedIn({ state }: RunLog): ReadonlySet<string> {
  return new Set([...state.tasks.values()].filter((task) => task.phase === "complete").map((task) => task.id));
}

interface PoolParts {
  readonly recorder: RunRecorder;
  readonly progress: RunProgress;
  readonly setup: SlotSetup;
  readonly gate: Gate;
  readonly verify: readonly string[];
  readonly publisher: BranchPublisher;
  /** What every worker is told besides its task. */
  readonly system: string;
  readonly onBroken: () => void;
}

function publisherOf({ scene, control }: TrackRunResources, recorder: RunRecorder): BranchPublisher {
  const { git, user, backlog } = scene;
  return new BranchPublisher({ git, user, control, recorder, trackId: backlog.track_id, published: recorder.head });
}

function poolOf(resources: TrackRunResources, parts: PoolParts): WorkerPool {
  const { scene, context, control } = resources;
  const { recorder, progress } = parts;
  const { backlog, routes, user } = scene;
  const work = new TaskWork({
    backlog,
    surroundings: {
      recorder,
      control,
      runner: context.runner,
      options: context.options,
      author: user.identity,
      indexes: scene.state.indexes,
      environment: allowedEnvironment(context.environment),
      setup: parts.setup,
      confine: () => UNCONFINED,
      system: parts.system,
      signal: context.signal,
      onActivity: progress.onActivity,
    },
    worktrees: resources.worktrees,
    mergeQueue: mergeQueueOf(resources, parts),
    modelOf: (task) => {
      const model = routes.get(task.id)?.model;
      if (model === undefined) throw new Error(`no model was chosen for ${task.id}`);
      return model;
    },
  });
  // As they are now: a run that was taken up may have told of more than the file did when it was read.
  const statuses = scene.manager.backlog.tasks;
  const withStatus = (status: Task["status"]) =>
    new Set(statuses.filter((task) => task.status === status).map((task) => task.id));
  return new WorkerPool({
    tasks: scene.tasks.filter((task) => recorder.state.tasks.has(task.id)),
    alreadyComplete: withStatus("complete"),
    alreadyFailed: withStatus("failed"),
    workers: scene.workers,
    state: () => recorder.state,
    work: (task) => work.run(task),
    skip: (task, because) => recorder.record({ type: "task_skipped", task: task.id, because }),
    onBroken: parts.onBroken,
    whyStop: () => whyStop(context, recorder),
  });
}

function mergeQueueOf(resources: TrackRunResources, parts: PoolParts): MergeQueue {
  const { scene, context, control } = resources;
  const { recorder, progress, gate, verify, publisher } = parts;
  const { user, backlog } = scene;
  return new MergeQueue({
    recorder,
    control,
    gate,
    author: user.identity,
    trackRef: trackRef(backlog.track_id),
    verify,
    signal: context.signal,
    publish: async (commit) => {
      const published = await publisher.publish(commit);
      if (!published.ok) progress.say("warn", published.failure);
    },
  });
}

/** H13. A budget ends the run before the next task, not in the middle of one; it can be resumed. */
function whyStop({ options, signal }: CommandContext, { state }: RunRecorder): string | undefined {
  const { tokens, usd } = options.budget;
  if (signal.aborted) return "interrupted";
  if (tokens !== undefined && state.tokens >= tokens)
    return `the budget of ${tokens} tokens is used up (${state.tokens}), raise budget.tokens`;
  if (usd !== undefined && state.costUsd >= usd)
    return `the budget of $${usd} is used up ($${state.costUsd.toFixed(2)}), raise budget.usd`;
  return undefined;
}
