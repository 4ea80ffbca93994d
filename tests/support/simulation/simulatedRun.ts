import { dependentsOf } from "../../../src/backlog/taskGraph.ts";
import { optionsSchema } from "../../../src/config.ts";
import { failure, success } from "../../../src/core/result.ts";
import type { ControlRepository } from "../../../src/git/controlRepository.ts";
import { trackRef } from "../../../src/git/trackBranch.ts";
import { waitingForAnswer } from "../../../src/implementation/attempts/answers.ts";
import { TaskWork, type TaskWorkOptions } from "../../../src/implementation/attempts/taskWork.ts";
import { prepareRollback } from "../../../src/implementation/landing/compensation.ts";
import { MergeQueue, type MergeQueueOptions } from "../../../src/implementation/landing/mergeQueue.ts";
import type { RollbackPlan } from "../../../src/implementation/landing/rollbackPlan.ts";
import { carryOut, inTheWay } from "../../../src/implementation/landing/rollbackRecord.ts";
import { RunRequests, type Settlement } from "../../../src/implementation/requests/runRequests.ts";
import { tieLooseEnds } from "../../../src/implementation/runOpening.ts";
import { RunRecorder } from "../../../src/implementation/runRecorder.ts";
import { type PoolEnding, WorkerPool } from "../../../src/implementation/workerPool.ts";
import type { RunRequest, RunRequestOf } from "../../../src/recovery/inbox.ts";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import type { RunState } from "../../../src/recovery/runState.ts";
import type { Backlog, Task } from "../../../src/types.ts";
import { MemoryRepository, memoryControl, type Tree, treeId } from "./memoryGit.ts";
import { memoryLog } from "./memoryLog.ts";
import type { SimulatedAgents, Turn } from "./simulatedAttempt.ts";
import type { SimulatedProcess } from "./simulatedProcess.ts";

const TRACK = "t";
const RUN = "20260101-000000000-000001";
const COOL_DOWN_MS = 5_000;
const LONGEST_PAUSE_MS = 200_000;
/** A person has to agree to what changes these. */
const APPROVED = ["src/*9.ts", "src/T3.ts"];
const AUTHOR = { name: "A", email: "a@b" };

/** What outlives a process. */
export class SimulatedDisk {
  readonly repository = new MemoryRepository();
  readonly events: RunEvent[] = [];
  /** By name, which begins with the process that it was left for. */
  readonly inbox = new Map<string, RunRequest>();
  processes = 0;
  private requests = 0;
  readonly base: string;

  constructor() {
    this.base = this.repository.write({ tree: treeId({ "README.md": "read" }), parents: [], message: "base" });
    this.repository.refs.set(trackRef(TRACK), this.base);
  }

  get head(): string {
    return this.repository.refs.get(trackRef(TRACK)) ?? "";
  }

  leave(request: RunRequest): void {
    this.inbox.set(`${this.processes} ${++this.requests}`, request);
  }
}

/** What a person does meanwhile: whatever it is, it is done once. */
export interface Wish {
  readonly afterMs: number;
  readonly what: "interrupt" | "roll back" | "pause a task" | "pause the run";
}

export interface RunSketch {
  readonly tasks: readonly Task[];
  readonly workers: number;
  readonly disk: SimulatedDisk;
  readonly turnOf: (task: string) => Turn;
  readonly wishes: readonly Wish[];
  readonly random: () => number;
}

/** One process of `implement`: takes the run up, works it off, and says how that came to an end. */
export async function simulateProcess(sketch: RunSketch, life: SimulatedProcess): Promise<PoolEnding> {
  const engine = await takeUp(sketch, life);
  const { disk, random } = sketch;
  const { recorder, stop } = engine;
  let atRest = new AbortController();
  const requests = requestsOf(engine, () => atRest.abort());
  actOnWishes(engine, requests);
  releaseAll(disk, recorder.state);
  await requests.take();
  for (;;) {
    await requests.takeRollbacks();
    atRest = new AbortController();
    const ending = await poolOf(engine, AbortSignal.any([stop.signal, atRest.signal])).run();
    if (atRest.signal.aborted && !stop.signal.aborted) continue;
    if (ending.kind !== "awaiting" || stop.signal.aborted) return ending;
    await life.wait(random() * LONGEST_PAUSE_MS);
    answerAll(disk, recorder.state, random);
    if (!(await requests.take())) return ending;
  }
}

/** What a process works with. */
interface Engine extends RunSketch {
  readonly life: SimulatedProcess;
  readonly recorder: RunRecorder;
  readonly control: ControlRepository;
  readonly worktrees: Map<string, Tree>;
  readonly gate: MergeQueueOptions["gate"];
  /** Fires when a person interrupts it. */
  readonly stop: AbortController;
  /** Until when the one model there is cools down. */
  readonly cooling: { until: number };
}

async function takeUp(sketch: RunSketch, life: SimulatedProcess): Promise<Engine> {
  const { disk, random } = sketch;
  disk.processes++;
  const log = memoryLog(RUN, disk.events, life);
  const worktrees = new Map<string, Tree>();
  const control = memoryControl(disk.repository, life, worktrees);
  if (log.state.started === undefined) await log.record(startOf(sketch));
  else {
    await tieLooseEnds(control, log, TRACK);
    await log.record({ type: "run_resumed" });
  }
  const recorder = new RunRecorder(log, (error) => {
    throw error;
  });
  const gate = { check: (commit: string) => checkInGate(commit, disk, life, random) };
  return { ...sketch, life, recorder, control, worktrees, gate, stop: new AbortController(), cooling: { until: 0 } };
}

function requestsOf(engine: Engine, onRollback: () => void): RunRequests {
  const { disk, recorder } = engine;
  const rollBack = (request: RunRequestOf<"rollback">) => undo(request.task ?? "", engine);
  const foregone = async () => undefined;
  return new RunRequests({ runDirectory: RUN, since: disk.processes, recorder, foregone, onRollback, rollBack });
}

/** Takes a task back, with what depends on it, as a request to do so is carried out. */
async function undo(task: string, { control, disk, gate, recorder, stop, tasks }: Engine): Promise<Settlement> {
  const ids = new Set([task, ...dependentsOf(tasks, task).map(({ id }) => id)]);
  const order = disk.events.flatMap((event) => (event.type === "task_landed" ? [event.task] : []));
  const undone = [...recorder.state.tasks.values()]
    .filter(({ id, phase }) => ids.has(id) && phase === "complete")
    .toSorted((one, other) => order.lastIndexOf(one.id) - order.lastIndexOf(other.id))
    .map(({ id, landedCommit = "" }) => ({
      task: id,
      commit: landedCommit,
      irreversible: undefined,
      heldBy: undefined,
    }));
  const plan: RollbackPlan = {
    head: recorder.head,
    manner: { kind: "reverse" },
    undone,
    restored: [],
    ofPeople: [],
    staying: tasks.map(({ id }) => id).filter((id) => !ids.has(id)),
    because: "a person wants it",
  };
  if (undone.length === 0) return { done: false, message: "nothing of it is there" };
  if (inTheWay(plan, recorder.state).length > 0) return { done: false, message: "it is in the way" };
  const prepared = await prepareRollback(plan, {
    control,
    gate,
    author: AUTHOR,
    checks: ["verify"],
    signal: stop.signal,
  });
  if (!prepared.ok) return { done: false, message: prepared.failure.reason };
  await carryOut(prepared.value, { control, recorder, trackRef: trackRef(TRACK) });
  return { done: true, message: "undone" };
}

function actOnWishes({ disk, life, random, recorder, stop, wishes }: Engine, requests: RunRequests): void {
  for (const { afterMs, what } of wishes) {
    void life.wait(afterMs).then(async () => {
      if (what === "interrupt") stop.abort();
      else leaveWish(what, disk, recorder.state.tasks.keys(), random);
      await requests.take();
      // Whoever makes something stand still lets it go on at some time.
      await life.wait(random() * LONGEST_PAUSE_MS);
      releaseAll(disk, recorder.state);
      await requests.take();
    });
  }
}

function poolOf(engine: Engine, signal: AbortSignal): WorkerPool {
  const { life, recorder, stop, tasks, workers } = engine;
  const work = workOf(engine, signal);
  return new WorkerPool({
    ...{ tasks, alreadyComplete: new Set(), alreadyFailed: new Set(), workers, failurePolicy: "skip-dependents" },
    state: () => recorder.state,
    subscribe: (listener) => recorder.events.onAny(listener),
    work: (task) => work.run(task),
    skip: (task, because) => work.skip(task, because),
    onBroken: () => stop.abort(),
    whyStop: () => undefined,
    effortOf: () => 60_000,
    notBefore: (task) => work.notBefore(task),
    whyPaused: () => undefined,
    onOvertime: () => undefined,
    onHold: () => undefined,
    ...{ maxWaitMs: 600_000, clock: life.time, pause: life.wait.bind(life), signal },
  });
}

/** The real work on tasks, over what is simulated of its surroundings. */
function workOf(engine: Engine, signal: AbortSignal): TaskWork {
  const { control, gate, life, recorder, tasks, workers } = engine;
  const slots = Array.from({ length: workers }, (_, index) => ({ number: index + 1, directory: `/slot-${index + 1}` }));
  const worktrees = {
    directories: [],
    take: () => slots.shift(),
    giveBack: (slot: (typeof slots)[number]) => slots.push(slot),
  };
  const isWanted = (id: string) => recorder.state.pausedBecause ?? recorder.state.tasks.get(id)?.pausedBecause;
  return new TaskWork({
    backlog: { version: 1, track_id: TRACK, title: "T", verify: ["verify"], setup: [], tasks } as unknown as Backlog,
    surroundings: surroundingsOf(engine, signal),
    worktrees: worktrees as unknown as TaskWorkOptions["worktrees"],
    mergeQueue: new MergeQueue({
      ...{ recorder, control, gate, author: AUTHOR, trackRef: trackRef(TRACK), verify: ["verify"], signal },
      publish: () => life.step(),
      now: () => life.time.now(),
    }),
    whyNotAgain: ({ id }) => (signal.aborted ? "interrupted" : isWanted(id)),
    isRunEnding: () => engine.stop.signal.aborted,
    onLesson: async () => undefined,
    onGivenUp: async () => undefined,
  });
}

function surroundingsOf(engine: Engine, signal: AbortSignal): TaskWorkOptions["surroundings"] {
  const { control, cooling, disk, life, random, recorder, tasks, turnOf, worktrees } = engine;
  const pause = life.wait.bind(life);
  const isCooling = () => cooling.until > life.time.now();
  const onLimit = () => {
    cooling.until = life.time.now() + COOL_DOWN_MS;
  };
  const simulated: SimulatedAgents = { turnOf, worktrees, wait: pause, random, onLimit };
  const surroundings = {
    ...{
      recorder,
      control,
      author: AUTHOR,
      indexes: "",
      environment: {},
      verify: ["verify"],
      system: "",
      mode: "agent",
    },
    options: optionsSchema.parse({ approvals: { paths: APPROVED } }),
    setup: {
      prepare: async ({ directory }: { directory: string }, commit: string) => {
        worktrees.set(directory, disk.repository.filesOf(commit));
        await life.step();
      },
    },
    ...{ confine: () => ({}), tasks: () => tasks, complexityOf: () => "simple", urgencyOf: () => 0 },
    validation: { run: (_: number, check: () => Promise<unknown>) => check() },
    models: {
      choose: async () =>
        isCooling()
          ? failure({ reason: "cooling", notBefore: cooling.until, why: "429" })
          : success({ model: { providerID: "m", modelID: "m" }, because: "", hasOthers: false }),
      notBefore: () => (isCooling() ? cooling.until : undefined),
      giveBack: async () => undefined,
    },
    ...{ clock: life.time, pause, signal, watches: new Map(), onRan: () => undefined, onActivity: () => undefined },
    simulated,
  };
  return surroundings as unknown as TaskWorkOptions["surroundings"];
}

function startOf({ disk, tasks, workers }: RunSketch): RunEvent {
  const head = { base: disk.base, user_branch: null, backlog_file: "f", backlog_digest: "d", workers };
  return { type: "run_started", run_id: RUN, track_id: TRACK, ...head, tasks: tasks.map(({ id }) => id) };
}

/** `verify`: nothing broken is in the tree. */
export function passesVerify(files: Tree): boolean {
  return !Object.values(files).includes("broken");
}

async function checkInGate(commit: string, disk: SimulatedDisk, life: SimulatedProcess, random: () => number) {
  await life.wait(random() * 20_000);
  await life.step();
  if (passesVerify(disk.repository.filesOf(commit))) return undefined;
  const command = "verify";
  return {
    command,
    how: "ended with 1",
    output: "broken",
    aborted: false,
    hasVerdict: true,
    assertions: [],
    fingerprints: [],
  };
}

function leaveWish(what: Wish["what"], disk: SimulatedDisk, ids: Iterable<string>, random: () => number): void {
  const all = [...ids];
  const task = all[Math.floor(random() * all.length)] ?? "";
  if (what === "roll back") disk.leave({ version: 1, kind: "rollback", task });
  if (what === "pause a task") disk.leave({ version: 1, kind: "pause", task, on: true });
  if (what === "pause the run") disk.leave({ version: 1, kind: "pause", on: true });
}

/** Who made something stand still lets it go on, at the latest when they look at it again. */
function releaseAll(disk: SimulatedDisk, { pausedBecause, tasks }: RunState): void {
  if (pausedBecause !== undefined) disk.leave({ version: 1, kind: "pause", on: false });
  for (const task of tasks.values()) {
    if (task.pausedBecause !== undefined) disk.leave({ version: 1, kind: "pause", task: task.id, on: false });
  }
}

function answerAll(disk: SimulatedDisk, state: RunState, random: () => number): void {
  for (const { inquiry } of waitingForAnswer(state)) {
    const input = inquiry?.kind === "question" ? "a" : random() < 0.8 ? "approve" : "not like this";
    disk.leave({ version: 1, kind: "answer", checkpoint: inquiry?.checkpoint ?? "", input });
  }
  releaseAll(disk, state);
}
