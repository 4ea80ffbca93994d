import { formatWarnings } from "../backlog/diagnostics.ts";
import type { SpawnResult } from "../core/agentRunner.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { messageOf, Refusal } from "../core/refusal.ts";
import { describeDuration } from "../core/usageText.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { type Fingerprint, takeFingerprint } from "../git/proofOfNoHarm.ts";
import { createTrackBranch } from "../git/trackBranch.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";
import type { Lock } from "../recovery/lock.ts";
import type { RunLog } from "../recovery/runLog.ts";
import type { ModelRef, Task } from "../types.ts";
import { type AgentsFile, readAgentsFile } from "./agentsFile.ts";
import { RunRecording } from "./artifacts/runRecording.ts";
import { unrecordedGapPlan } from "./goal/gapPlanRecovery.ts";
import type { GapPlans } from "./goal/gapPlans.ts";
import { gapPlansFor } from "./goal/gapPlansFor.ts";
import { checkBeforeRun } from "./health/healthChecks.ts";
import type { WholeLoop } from "./health/smokeTest.ts";
import { type ImplementFlags, type ImplementScene, tasksToDo } from "./implementScene.ts";
import { BranchPublisher } from "./landing/branchPublisher.ts";
import { foregoneRollback, rollBackInRun } from "./landing/rollbackInRun.ts";
import { showRolledBack } from "./landing/rollbackRecord.ts";
import { undoFailedRun } from "./landing/undoneRun.ts";
import { clearLeftovers, describeCleared } from "./leftovers.ts";
import { leftOutNotice, unknownBaseNotice } from "./messageNotices.ts";
import { LONGEST_PAUSE_MS, PauseLimit } from "./requests/pauseLimit.ts";
import { watchForRequests } from "./requests/requestWatch.ts";
import { RunRequests } from "./requests/runRequests.ts";
import { type CrewSources, crewFor, whyStop } from "./runCrew.ts";
import { endRun } from "./runEnding.ts";
import { equipRun, type RunEquipment } from "./runEquipment.ts";
import { canGoOn, type RunHoldings, type RunPurpose, startRun, takeUpRun } from "./runOpening.ts";
import { RunProgress } from "./runProgress.ts";
import { RunRecorder } from "./runRecorder.ts";
import { startOf, takeOver } from "./runTakeOver.ts";
import { answeredTasks } from "./scheduling/taskStanding.ts";
import { StatusProjection } from "./statusProjection.ts";
import type { PoolEnding } from "./workerPool.ts";
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
  /** What the smoke test sends its tasks through; undefined in the smoke test itself. */
  readonly loop: WholeLoop | undefined;
}

/** From a checked backlog and leased work trees to the end of the run: open, work, end. */
export async function runTrack(held: TrackRunResources): Promise<CommandReport> {
  const broken = new AbortController();
  const signal = AbortSignal.any([held.context.signal, broken.signal]);
  const asked = { ...held, context: { ...held.context, signal } };
  const { context } = asked;
  const warn = (message: string) =>
    held.progress.log({ message, level: "warn", context: { phaseId: "implement", timestamp: context.clock.now() } });
  const since = context.clock.now();
  const before = await takeFingerprint(held.scene.git, held.scene.user);
  const { state, backlog, user } = held.scene;
  const sources = { ...asked, state, author: user.identity, warn };
  const cleared = await clearLeftovers({ ...sources, runner: context.runner, trackId: backlog.track_id });
  const equipment = await equipRun({ ...asked, warn });
  const { gate, models, sandbox } = equipment;
  const { allowRedBase } = held.flags;
  const note = (model: ModelRef, result: SpawnResult) => models.note(model, "probe", result);
  const health = await checkBeforeRun({ ...asked, gate, allowRedBase, sandbox, note });
  const { log, tasks } = await openRun(asked);
  try {
    const resources = { ...asked, scene: { ...held.scene, tasks } };
    return await workOpened(resources, log, { before, broken, cleared, equipment, health, since, warn });
  } finally {
    await log.close();
  }
}

/** What is known before a run is opened. */
interface Preliminaries {
  readonly before: Fingerprint;
  /** Stops the run, which cannot go on. */
  readonly broken: AbortController;
  readonly cleared: Awaited<ReturnType<typeof clearLeftovers>>;
  readonly equipment: RunEquipment;
  readonly health: Awaited<ReturnType<typeof checkBeforeRun>>;
  /** When this process took the run up, in milliseconds since the epoch. */
  readonly since: number;
  readonly warn: (message: string) => void;
}

/** From an opened run to its end; whoever calls it closes `log`. */
async function workOpened(
  resources: TrackRunResources,
  log: RunLog,
  { before, broken, cleared, equipment, health, since, warn }: Preliminaries,
): Promise<CommandReport> {
  const { context, control, scene } = resources;
  const { recorder, progress, statuses } = recordingOf(resources, log);
  const recording = await RunRecording.begin({ ...resources, recorder, warn });
  try {
    if (cleared !== undefined) {
      await recorder.record(cleared);
      progress.say("info", describeCleared(cleared));
    }
    if (scene.tasks.length > 0) await recorder.record(health.event);
    for (const warning of health.warnings) progress.say("warn", warning);
    // What cannot be written yet goes out with the next status; what never could is told at the end.
    await statuses.settle(false);
    const agentsFile = await readAgentsFile(control, recorder.head);
    for (const notice of await noticesOf(resources, recorder, agentsFile)) progress.say("warn", notice);

    const publisher = publisherOf(resources, recorder);
    const onBroken = () => broken.abort();
    const system = agentsFile.text;
    const parts = {
      ...resources,
      equipment,
      recorder,
      recording,
      progress,
      publisher,
      system,
      onBroken,
      verify: health.verify,
    };
    const gaps = gapPlansFor({ ...parts, memory: equipment.memory, statuses, whyStop: () => whyStop(parts) });
    const worked = await workOff(parts, gaps, since);
    const undoing = await undoFailedRun(parts);
    const ending: PoolEnding = undoing.kind === "undone" ? { kind: "exhausted" } : worked;
    const goal = gaps.standing;
    return await endRun({ scene, context, publisher, recorder, progress, statuses, ending, undoing, goal, before });
  } finally {
    await equipment.gate.idle();
    // A run that broke has statuses on their way: they are written while the track is still ours.
    await statuses.idle();
    await recording.end(context.signal);
  }
}

/** The work itself: until nothing can be started any more and the goal is met, hearing of requests on the way. */
async function workOff(parts: CrewSources, gaps: GapPlans, since: number): Promise<PoolEnding> {
  const { context, equipment, progress, recorder, scene } = parts;
  let atRest = new AbortController();
  const requests = new RunRequests({
    runDirectory: scene.state.runDirectory(recorder.runId),
    recorder,
    since,
    foregone: (request) => foregoneRollback(request, parts),
    onRollback: () => atRest.abort(),
    rollBack: (request) => rollBackInRun(request, parts),
  });
  await requests.take();
  const pauses = new PauseLimit({
    state: () => recorder.state,
    subscribe: (listener) => recorder.events.onAny(listener),
    limitMs: LONGEST_PAUSE_MS,
  });
  const endWatch = watchForRequests(requests, (error) => progress.say("warn", messageOf(error)));
  equipment.resources.start();
  try {
    let { tasks } = scene;
    for (;;) {
      await requests.takeRollbacks();
      atRest = new AbortController();
      const signal = AbortSignal.any([context.signal, atRest.signal, pauses.signal]);
      const answeredBefore = answeredTasks(recorder.state);
      const crew = crewFor({ ...parts, context: { ...context, signal } }, tasks, () => context.signal.aborted);
      const ending = await crew.run();
      if (pauses.signal.aborted && !context.signal.aborted) return PAUSED_FOR_TOO_LONG;
      if (atRest.signal.aborted && !context.signal.aborted) continue;
      if (ending.kind === "stopped") return ending;
      // An answer may have come, or been taken up by the watch, while the last task ended.
      await requests.take();
      if (answeredTasks(recorder.state).some((id) => !answeredBefore.includes(id))) continue;
      if (ending.kind !== "exhausted") return ending;
      const added = await gaps.next();
      if (added === undefined) return gaps.standing.kind === "stopped" ? gaps.standing : ending;
      tasks = added;
    }
  } finally {
    equipment.resources.stop();
    pauses.end();
    await endWatch();
  }
}

const PAUSED_FOR_TOO_LONG: PoolEnding = {
  kind: "stopped",
  reason: `it was paused for ${describeDuration(LONGEST_PAUSE_MS)}; run implement to go on`,
};

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
  const progress = new RunProgress(
    reporter,
    context.clock,
    () => scene.manager.backlog.tasks,
    () => log.state,
  );
  const warn = (error: unknown) => progress.say("warn", messageOf(error));
  const recorder = new RunRecorder(log, warn);
  const ids = scene.tasks.map((task) => task.id);
  const statuses = new StatusProjection(scene.manager, () => log.state, ids, warn);
  recorder.events.onAny(progress.onEvent);
  recorder.events.onAny(statuses.onEvent);
  return { recorder, progress, statuses };
}

/** What a later process has to look for if this one dies. */
function holdingsOf({ worktrees, context }: TrackRunResources): RunHoldings {
  const host_session = context.runner.hostSession;
  const { slots, gate } = worktrees;
  return { slots: [...slots], gate: gate.number, ...(host_session === undefined ? {} : { host_session }) };
}

/** A run, and what it is to do. */
interface OpenedRun {
  readonly log: RunLog;
  readonly tasks: readonly Task[];
}

async function openRun(resources: TrackRunResources): Promise<OpenedRun> {
  const { flags, scene, context, control, lock } = resources;
  const { git, user, state, backlog, backlogFile, workers } = scene;
  const opener = { state, control, clock: context.clock, lock, author: user.identity };
  const unfinished = await takeUpRun(opener, backlog.track_id);
  try {
    const shown = unfinished && (await showRolledBack(control, unfinished.state, scene.manager));
    // The file was read before it showed what was rolled back.
    const tasks = shown === undefined ? scene.tasks : tasksToDo(scene.manager.backlog, flags.only);
    const start = await startOf({ git, user, control }, backlog.track_id, unfinished?.state.head);
    const branch = await createTrackBranch(git, user, control, backlog.track_id, start);
    if (branch.kind === "refused") throw new Refusal(branch.message);

    const added = unfinished && unrecordedGapPlan(unfinished.state, backlog);
    if (added !== undefined) await unfinished?.record(added);
    const holdings = holdingsOf(resources);
    const asked = { backlog, backlogFile, tasks, workers, holdings };
    const purpose: RunPurpose = { ...asked, head: branch.head, userBranch: user.branch };
    if (unfinished === undefined) return { log: await startRun(opener, purpose), tasks };
    if (canGoOn(unfinished.state, purpose)) {
      await unfinished.record({ type: "run_resumed", ...holdings });
      return { log: unfinished, tasks };
    }
    return { log: await takeOver(opener, unfinished, scene.manager, purpose), tasks };
  } catch (error) {
    await unfinished?.close();
    throw error;
  }
}

function publisherOf({ scene, control }: TrackRunResources, recorder: RunRecorder): BranchPublisher {
  const { git, user, backlog } = scene;
  return new BranchPublisher({ git, user, control, recorder, trackId: backlog.track_id, published: recorder.head });
}
