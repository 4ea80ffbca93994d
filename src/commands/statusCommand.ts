import { TASK_ID_PATTERN } from "../backlog/backlogSchema.ts";
import type { CommandReport } from "../core/commandContext.ts";
import { Refusal } from "../core/refusal.ts";
import { latestTaskSpec, readBacklogVersions, readPlanVersions, readTaskVersions } from "../factory/specHistory.ts";
import { taskSpecText } from "../factory/specText.ts";
import { differenceOf } from "../git/textDifference.ts";
import type { RunEvent } from "../recovery/runEvents.ts";
import { readRunEvents } from "../recovery/runStore.ts";
import { attemptsOf } from "../recovery/taskAttempts.ts";
import { printedJson } from "./printedJson.ts";
import { checkpointsIn } from "./statusCheckpoints.ts";
import type {
  AttemptSummary,
  CheckpointSummary,
  StatusDocument,
  StatusHead,
  StatusRow,
  TaskStatusDetail,
} from "./statusDocument.ts";
import { questionsOf, summariseOwner } from "./statusPeople.ts";
import { readRollbacks } from "./statusRollback.ts";
import { statusRows, summariseRun } from "./statusRows.ts";
import { readStatusScene, type StatusContext, type StatusFlags, type StatusScene } from "./statusScene.ts";
import { type StatusAside, statusAsText } from "./statusText.ts";

/**
 * `status`: how far a track is, or one task, and how a task's spec came to be what it is. It writes nothing and waits for
 * no lock, so it can be asked at any time, also while another process works.
 */
export async function statusCommand(flags: StatusFlags, context: StatusContext): Promise<CommandReport> {
  const scene = await readStatusScene(flags, context);
  const document = await describe(scene, flags);
  const text = flags.json ? printedJson(document) : statusAsText(document, asideFrom(scene));
  return { text, outcome: { done: true } };
}

function asideFrom({ isRunUnreadable, run, state }: StatusScene): StatusAside {
  return { controlGit: state.controlGit, isRunUnreadable, isAnswerDue: questionsOf(run, undefined).length > 0 };
}

async function describe(scene: StatusScene, flags: StatusFlags): Promise<StatusDocument> {
  const { backlog, run, holder } = scene;
  const sources = { backlog, run, process: holder?.pid, rollbacks: await readRollbacks(scene) };
  const rows = statusRows(sources);
  const head: StatusHead = {
    version: 1,
    track: { id: scene.trackId, title: backlog?.title ?? null, file: scene.file ?? null },
    owner: holder === undefined ? null : summariseOwner(holder),
    run: summariseRun(sources),
    questions: questionsOf(run, flags.task),
    problems: [...scene.problems],
  };
  if (flags.task === undefined) return { ...head, tasks: rows, ...(flags.history ? await historyOf(scene) : {}) };
  const task = rows.find(({ id }) => id === flags.task) ?? { ...NO_ROW, id: flags.task };
  return { ...head, task, ...(await detailOf(scene, flags.task, flags.history)) };
}

/** Of a task that is in no file and no run: its versions may still be there. */
const NO_ROW = {
  title: "",
  status: "pending",
  phase: null,
  pause: null,
  waits_for: [],
  attempts: 0,
  tokens: 0,
  cost_usd: 0,
  reason: null,
  rollback: null,
} satisfies Omit<StatusRow, "id">;

async function historyOf({ git, state, trackId, backlog }: StatusScene) {
  const history = await readBacklogVersions(git, state.controlGit, trackId);
  const plan = backlog?.plan === undefined ? [] : await readPlanVersions(git, state.controlGit, backlog.plan);
  if (history.length + plan.length > 0) return { history, plan_history: plan };
  throw new Refusal(`No version of track ${trackId} is recorded yet: ${RECORDED_BY}.`);
}

/** What to do where there is no version. */
const RECORDED_BY = "'opencode run implement' records what it is given";

async function detailOf(
  { git, state, trackId, backlog, runs, run }: StatusScene,
  id: string,
  withHistory: boolean,
): Promise<Pick<TaskStatusDetail, "spec" | "attempts" | "checkpoints" | "history" | "unrecorded">> {
  // Its versions are asked for by path: nothing but an id may become one.
  if (!new RegExp(TASK_ID_PATTERN).test(id)) throw unknownTask(id, trackId);
  const task = backlog?.tasks.find((other) => other.id === id);
  const history = await readTaskVersions(git, state.controlGit, trackId, id);
  if (task === undefined && history.length === 0 && !run?.state.tasks.has(id)) throw unknownTask(id, trackId);
  const recorded = await latestTaskSpec(git, state.controlGit, trackId, id);
  const spec = task === undefined ? recorded : taskSpecText(task);
  const attempts: AttemptSummary[] = [];
  const checkpoints: CheckpointSummary[] = [];
  for (const runId of runs) {
    const events = await eventsOf(state.runs, runId);
    const found = attemptsIn(runId, events, id);
    const last = attempts.at(-1);
    // A run that was begun to undo what an earlier one had landed.
    if (found.length === 0 && last !== undefined) {
      attempts.splice(-1, 1, { ...last, ...undoneIn(events, id) });
    }
    attempts.push(...found);
    checkpoints.push(...checkpointsIn(runId, events, id));
  }
  const detail = { spec: spec ?? null, attempts, checkpoints };
  if (!withHistory) return detail;

  if (history.length === 0) {
    throw new Refusal(`No version of task ${id} is recorded yet: ${RECORDED_BY}.`);
  }
  if (spec === undefined || spec === recorded) return { ...detail, history };
  const unrecorded = await differenceOf(git, `tasks/${id}.yaml`, recorded ?? "", spec);
  return { ...detail, history, unrecorded };
}

function unknownTask(id: string, trackId: string): Refusal {
  return new Refusal(`No task '${id}' is known in track ${trackId}.`);
}

/** A run whose journal cannot be read has none to show: the latest one's is told as a problem. */
async function eventsOf(runs: string, runId: string): Promise<readonly RunEvent[]> {
  const events = await readRunEvents(runs, runId);
  return events.ok ? events.value : [];
}

function attemptsIn(runId: string, events: readonly RunEvent[], task: string): AttemptSummary[] {
  return attemptsOf(task, events).map((attempt) => ({
    run: runId,
    number: attempt.number,
    outcome: attempt.outcome,
    model: attempt.model,
    base: attempt.base,
    reason: attempt.reason ?? null,
    message: attempt.message ?? null,
    transient: attempt.transient ?? false,
    archived_ref: attempt.archivedRef ?? null,
    landed_commit: attempt.landedCommit ?? null,
    tokens: attempt.tokens,
    cost_usd: attempt.costUsd,
    duration_ms: attempt.agentMs,
  }));
}

function undoneIn(events: readonly RunEvent[], task: string): Partial<AttemptSummary> {
  const undone = events.find((event) => event.type === "task_undone" && event.task === task);
  if (undone?.type !== "task_undone") return {};
  return { outcome: "failed", reason: "undone", message: undone.because };
}
