import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Options } from "../../config.ts";
import { systemClock } from "../../core/clock.ts";
import type { CommandContext } from "../../core/commandContext.ts";
import { writeFileAtomic } from "../../core/files.ts";
import type { ModelCatalog } from "../../core/modelCatalog.ts";
import { Refusal } from "../../core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../../core/stateDirectory.ts";
import type { Git } from "../../git/gitProcess.ts";
import { placeDifference } from "../../git/placedDifference.ts";
import { pathsBetween, refsBelow, treeOf } from "../../git/recordedObjects.ts";
import { makeThrowAwayRepository } from "../../git/throwAwayRepository.ts";
import { trackRef } from "../../git/trackBranch.ts";
import type { UserRepository } from "../../git/userRepository.ts";
import { leaveRequest } from "../../recovery/inbox.ts";
import type { RunEvent } from "../../recovery/runEvents.ts";
import type { RunState } from "../../recovery/runState.ts";
import { listRuns, readRun } from "../../recovery/runStore.ts";
import type { TaskState } from "../../recovery/taskState.ts";
import { shortList } from "../../verification/evidence.ts";
import { waitingForAnswer } from "../attempts/answers.ts";
import { implementUnchecked } from "../implementCommand.ts";
import { placeCopies, readCopiedFiles } from "../slots/copiedFiles.ts";
import { type RecordedMaterial, readMaterial } from "./recordedMaterial.ts";
import { modeOf, type RecordedRun, recordedRun, whyNotAgain } from "./recordedRun.ts";
import { ReplayRunner } from "./replayRunner.ts";

export interface AgainOptions {
  readonly git: Git;
  readonly user: UserRepository;
  /** Of the repository the run was made in; only read. */
  readonly state: StateDirectory;
  readonly run: { readonly runId: string; readonly events: readonly RunEvent[]; readonly state: RunState };
  readonly context: Pick<CommandContext, "environment" | "options" | "signal">;
}

export interface AgainOutcome {
  /** Tasks that were worked on again. */
  readonly tasks: number;
  /** The tree both ended in; the recorded run's where they differ. */
  readonly tree: string;
  /** A line each; none: the same tree, the same end of every task. */
  readonly differences: readonly string[];
  /** Where everything lies, kept since something differs. */
  readonly folder: string | undefined;
}

/**
 * D2. Drives a run again, from its backlog to the branch, with agents played from what was recorded and everything else as
 * it is: setup, acceptance, `verify`, the merge queue. All of it is in a temporary folder. One task at a time: where the run
 * had several at once, tasks may land in another order, which changes no tree as long as they do not depend on it.
 * Throws `Refusal` for a run that cannot be driven again.
 */
export async function replayAgain(options: AgainOptions): Promise<AgainOutcome> {
  const { runId, events, state: recorded } = options.run;
  const why = whyNotAgain(events);
  if (why !== undefined) throw new Refusal(`Run ${runId} cannot be driven again: ${why}.`);
  const run = recordedRun(events);
  if (run === undefined || recorded.head === undefined) throw new Refusal(`Run ${runId} never began.`);
  if (tasksAgain(recorded).length === 0) throw new Refusal(`Nothing of run ${runId} has come to an end yet.`);
  const material = await readMaterial(options.state, runId);
  if (!material.ok) throw new Refusal(`Run ${runId} cannot be driven again: ${material.failure}.`);

  const { environment } = options.context;
  const folder = await realpath(await mkdtemp(join(environment.TMPDIR ?? tmpdir(), "multi-agent-coder-replay-")));
  let isKept = false;
  try {
    const place = await makePlace(folder, run, material.value, options);
    const ended = await driveAgain(place, run, material.value, options);
    if (options.context.signal.aborted) throw new Refusal("Interrupted: the run was not driven to its end again.");
    const differences = await compare(place, run, ended, options);
    isKept = differences.length > 0;
    const tree = await treeOf(options.git, options.state.controlGit, recorded.head);
    return { tasks: tasksAgain(recorded).length, tree, differences, folder: isKept ? folder : undefined };
  } finally {
    if (!isKept) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Tasks that came to an end: of what was under way not all is recorded. */
function tasksAgain({ tasks }: RunState): readonly TaskState[] {
  return [...tasks.values()].filter(({ phase }) => phase === "complete" || phase === "failed" || phase === "skipped");
}

interface Place {
  readonly repository: string;
  /** Beside the repository: by its own name it could be a file of the user's, or lie behind a link to one. */
  readonly backlogFile: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly state: StateDirectory;
  readonly options: Options;
  readonly indexFile: string;
}

async function makePlace(
  folder: string,
  { started }: RecordedRun,
  material: RecordedMaterial,
  { git, user, state, context }: AgainOptions,
): Promise<Place> {
  const repository = join(folder, "repository");
  const backlogFile = join(folder, "BACKLOG.yaml");
  const given = material.options ?? context.options;
  const options: Options = { ...given, budget: {}, maxGapPlans: 0, merge: "branch" };
  await makeThrowAwayRepository(git, user, {
    ...{ root: repository, commit: started.base, branch: started.user_branch ?? "main" },
    objects: [join(state.controlGit, "objects")],
  });
  await writeFileAtomic(backlogFile, material.backlog);
  await placeCopies(await readCopiedFiles(git, user.root, options.copy), repository);
  const data = join(folder, "data");
  await mkdir(data);
  const environment = { ...context.environment, XDG_DATA_HOME: data };
  return {
    ...{ repository, backlogFile, environment, options, indexFile: join(folder, "index") },
    state: stateDirectoryFor(await realpath(join(repository, ".git")), environment),
  };
}

/** Answers may lead to other questions; more rounds than there are answers lead nowhere. */
async function driveAgain(
  place: Place,
  run: RecordedRun,
  material: RecordedMaterial,
  { git, state, run: { state: recorded }, context }: AgainOptions,
): Promise<RunState | undefined> {
  const clock = new PlayedClock();
  const runner = new ReplayRunner({
    attempts: run.attempts,
    says: material.says,
    place: (workTree, from, commit) =>
      placeDifference(git, state.controlGit, { from, commit, workTree, indexFile: place.indexFile }),
    onPlayed: (milliseconds) => clock.skip(milliseconds),
  });
  const flags = {
    ...{ backlogFile: place.backlogFile, workers: 1, dryRun: false, allowRedBase: true },
    ...{ only: tasksAgain(recorded).map(({ id }) => id), mode: modeOf(run) },
  };
  const around: CommandContext = {
    ...{ directory: place.repository, environment: place.environment, options: place.options, runner, clock },
    ...{ models: anyModel(run), signal: context.signal, workerNotices: [] },
    pause: async (milliseconds) => clock.skip(milliseconds),
    ...{ progressStream: undefined, notify: undefined },
  };
  const answers = new Map<string, string[]>([...run.answers].map(([task, inputs]) => [task, [...inputs]]));
  for (;;) {
    await implementUnchecked(flags, around);
    const [runId] = await listRuns(place.state.runs);
    const read = runId === undefined ? undefined : await readRun(place.state.runs, runId);
    if (runId === undefined || read?.ok !== true) return undefined;
    const isAnswered = await answer(place.state.runDirectory(runId), read.value, answers);
    if (!isAnswered || context.signal.aborted) return read.value;
  }
}

/** @returns whether any question had an answer left */
async function answer(runDirectory: string, state: RunState, answers: ReadonlyMap<string, string[]>): Promise<boolean> {
  let isAnswered = false;
  for (const { id, inquiry } of waitingForAnswer(state)) {
    const input = answers.get(id)?.shift();
    if (input === undefined || inquiry === undefined) continue;
    await leaveRequest(runDirectory, systemClock, { kind: "answer", checkpoint: inquiry.checkpoint, input });
    isAnswered = true;
  }
  return isAnswered;
}

async function compare(
  place: Place,
  { started }: RecordedRun,
  ended: RunState | undefined,
  { git, state, run: { state: recorded } }: AgainOptions,
): Promise<readonly string[]> {
  const ref = trackRef(started.track_id);
  const head = (await refsBelow(git, place.state.controlGit, ref)).get(ref);
  const { head: recordedHead = started.base } = recorded;
  if (head === undefined) return ["nothing was landed again"];
  const [then, now] = await Promise.all([
    treeOf(git, state.controlGit, recordedHead),
    treeOf(git, place.state.controlGit, head),
  ]);
  const tasks = tasksAgain(recorded).flatMap((task) => taskDifference(task, ended?.tasks.get(task.id)));
  if (then === now) return tasks;
  const paths = await pathsBetween(git, place.state.controlGit, recordedHead, head);
  return [`the tree was ${then} and is ${now} now, which differs in ${shortList(paths)}`, ...tasks];
}

function taskDifference({ id, phase }: TaskState, again: TaskState | undefined): readonly string[] {
  if (again?.phase === phase) return [];
  const failure = again?.failure === undefined ? "" : `: ${again.failure.message}`;
  return [`${id} was ${phase} and is ${again?.phase ?? "not there"} now${failure}`];
}

/** Time passes as it did while agents worked, and nobody waits for it: what models are remembered for grows old. */
class PlayedClock {
  private skipped = 0;

  now(): number {
    return systemClock.now() + this.skipped;
  }

  skip(milliseconds: number): void {
    this.skipped += milliseconds;
  }
}

/** Every model is there, since none is asked. */
function anyModel({ started }: RecordedRun): ModelCatalog {
  const why = () => `a replay of run ${started.run_id} asks no model`;
  const sessionModel = { providerID: "replay", modelID: "recorded" };
  return {
    sessionModel,
    has: () => true,
    facts: () => undefined,
    free: () => [],
    explainNoFree: why,
    explainMissing: why,
  };
}
