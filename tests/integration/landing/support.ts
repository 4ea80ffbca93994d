import { readFile } from "node:fs/promises";
import { stringify } from "yaml";
import { systemClock } from "../../../src/core/clock.ts";
import { UNCONFINED } from "../../../src/core/confinement.ts";
import type { ControlRepository } from "../../../src/git/controlRepository.ts";
import { Slot } from "../../../src/git/slot.ts";
import { createTrackBranch, publishTrackBranch, trackRef } from "../../../src/git/trackBranch.ts";
import type { Landing } from "../../../src/implementation/landing/landingBatch.ts";
import { MergeQueue, type MergeQueueOptions } from "../../../src/implementation/landing/mergeQueue.ts";
import { takeUpRun } from "../../../src/implementation/runOpening.ts";
import { RunRecorder } from "../../../src/implementation/runRecorder.ts";
import { acquireLock, type Lock } from "../../../src/recovery/lock.ts";
import { currentProcessIdentity } from "../../../src/recovery/processIdentity.ts";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import { journalPath } from "../../../src/recovery/runFolder.ts";
import { RunLog } from "../../../src/recovery/runLog.ts";
import { createRun } from "../../../src/recovery/runStore.ts";
import type { Task } from "../../../src/types.ts";
import { type FailedCheck, runChecks } from "../../../src/verification/commandCheck.ts";
import { makeTask } from "../../unit/backlog/fixtures.ts";
import { Sandbox, type Workplace } from "../git/support.ts";

export const TRACK = "words";

/** A verify that any file below words/ with the word BAD in it fails. */
export const NO_BAD = "! grep -rqs BAD words";

export function taskOf(id: string, acceptance: readonly string[] = []): Task {
  return makeTask({ id, title: `Write ${id}`, acceptance: acceptance.map((run) => ({ run })) });
}

/** The track's file; what a task leaves out is made up. */
export function backlogText({
  tasks,
  verify = [NO_BAD],
}: {
  readonly tasks: readonly { readonly id: string }[];
  readonly verify?: readonly string[];
}): string {
  const whole = tasks.map(({ id, ...task }) => ({
    id,
    title: `Write ${id}`,
    description: `Write words/${id}.\n`,
    files: [`words/${id}`],
    ...task,
  }));
  return stringify({ version: 1, track_id: TRACK, title: "Words", verify, tasks: whole });
}

/** A gate that runs the commands in a slot of its own, and remembers what it was asked. */
class TestGate {
  readonly checked: { readonly commit: string; readonly files: readonly string[]; readonly passed: boolean }[] = [];
  /** Called at the beginning of each check. */
  onCheck: (count: number) => Promise<void> | void = () => undefined;
  private readonly slot: Slot;

  constructor(slot: Slot) {
    this.slot = slot;
  }

  async check(commit: string, commands: readonly string[]): Promise<FailedCheck | undefined> {
    await this.onCheck(this.checked.length + 1);
    await this.slot.rebuild(commit);
    const files = await Array.fromAsync(new Bun.Glob("words/*").scan({ cwd: this.slot.directory }));
    const { failed } = await runChecks(commands, {
      directory: this.slot.directory,
      environment: { PATH: process.env.PATH ?? "" },
      confinement: UNCONFINED,
      timeoutMs: 10_000,
      signal: new AbortController().signal,
    });
    this.checked.push({ commit, files: files.sort(), passed: failed === undefined });
    return failed;
  }
}

/** A real repository, its control.git, a run with a real journal, and a merge queue over them. */
export class LandingPlace {
  readonly sandbox: Sandbox;
  readonly place: Workplace;
  readonly lock: Lock;
  readonly gate: TestGate;
  readonly abort = new AbortController();
  /** Milliseconds on the queue's clock. */
  time = 0;
  log: RunLog;
  recorder: RunRecorder;

  private constructor(sandbox: Sandbox, place: Workplace, lock: Lock, gate: TestGate, log: RunLog) {
    this.sandbox = sandbox;
    this.place = place;
    this.lock = lock;
    this.gate = gate;
    this.log = log;
    this.recorder = new RunRecorder(log, () => undefined);
  }

  static async make(tasks: readonly string[], files: Record<string, string> = {}): Promise<LandingPlace> {
    const sandbox = new Sandbox();
    sandbox.repository("user", { "words/first": "first\n", ...files });
    const place = await sandbox.open("user");
    const { state, user, control } = place;
    const identity = await currentProcessIdentity();
    const lock = await acquireLock(state.trackLock(TRACK), {
      identity,
      purpose: "test",
      timeoutMs: 0,
      clock: systemClock,
    });
    if (!lock.ok) throw new Error(lock.failure.message);
    const branch = await createTrackBranch(sandbox.git, user, control, TRACK, user.head);
    if (branch.kind === "refused") throw new Error(branch.message);
    const slot = await Slot.open(sandbox.git, state, user, control, "gate", 1);
    const runId = await createRun(state.runs, systemClock);
    const log = await openLog(place, lock.value, runId);
    await log.record({
      type: "run_started",
      run_id: runId,
      track_id: TRACK,
      base: user.head,
      user_branch: "main",
      backlog_file: "tasks/BACKLOG.yaml",
      backlog_digest: "x",
      workers: 3,
      tasks: [...tasks],
    });
    return new LandingPlace(sandbox, place, lock.value, new TestGate(slot), log);
  }

  get control(): ControlRepository {
    return this.place.control;
  }

  queue(more: Partial<MergeQueueOptions> = {}): MergeQueue {
    const { sandbox, place, recorder, control } = this;
    let published = recorder.head;
    return new MergeQueue({
      recorder,
      control,
      gate: this.gate,
      author: place.user.identity,
      trackRef: trackRef(TRACK),
      verify: [NO_BAD],
      publish: async (commit) => {
        await publishTrackBranch(sandbox.git, place.user, control, TRACK, commit, published);
        published = commit;
      },
      signal: this.abort.signal,
      now: () => this.time,
      ...more,
    });
  }

  /** Verified work of a task, made from `base` (default: where the run began). */
  async work(id: string, files: Record<string, string | null>, base = this.place.user.head): Promise<Landing> {
    const { recorder } = this;
    const attempt = (recorder.state.tasks.get(id)?.attempts ?? 0) + 1;
    const commit = await this.place.work(files, base);
    const tree = await this.control.treeOf(commit);
    const work = { commit, tree, paths: Object.keys(files) };
    await recorder.record({ type: "attempt_started", task: id, attempt, slot: 1, base, model: "test/worker" });
    await recorder.record({ type: "session_opened", task: id, attempt, session: `s-${id}` });
    await recorder.record({ type: "work_captured", task: id, attempt, ...work });
    await recorder.record({ type: "verification_finished", task: id, attempt, passed: true });
    return { task: taskOf(id), attempt, model: "test/worker", work };
  }

  /** Work of each task in a file of its own, with its id in it. */
  async works(ids: readonly string[], content = (id: string) => `${id}\n`): Promise<Landing[]> {
    const landings: Landing[] = [];
    for (const id of ids) landings.push(await this.work(id, { [`words/${id}`]: content(id) }));
    return landings;
  }

  /** Lands all of it as one that is slow to verify: the first alone, and the others have queued up meanwhile. */
  async landBehindSlowVerify(queue: MergeQueue, landings: readonly Landing[]) {
    this.gate.onCheck = () => {
      this.time += 10_000;
    };
    return Promise.allSettled(landings.map((landing) => queue.land(landing)));
  }

  /** As after a crash: the journal is opened anew and the run taken up. */
  async takeUp(): Promise<RunLog> {
    await this.log.close();
    const { state } = this.place;
    const log = await takeUpRun(
      { state, control: this.control, clock: systemClock, lock: this.lock, author: this.place.user.identity },
      TRACK,
    );
    if (log === undefined) throw new Error("there is no run to take up");
    this.log = log;
    this.recorder = new RunRecorder(log, () => undefined);
    return log;
  }

  /** The journal as it is on disk, to write on in it. */
  reopen(): Promise<RunLog> {
    return openLog(this.place, { epoch: this.lock.epoch, assertOwned: async () => undefined }, this.log.runId);
  }

  trackHead(): Promise<string | undefined> {
    return this.control.readRef(trackRef(TRACK));
  }

  /** What git says in the repository of the user's. */
  git(...args: string[]): string {
    return this.sandbox.run("user", ...args);
  }

  /** Subjects on the first-parent way of mac/words, oldest first. */
  landed(): string[] {
    const log = this.git("log", "--reverse", "--first-parent", "--format=%s", "main..mac/words");
    return log.split("\n").filter((line) => line !== "");
  }

  /** Every first-parent commit of the branch passes this command. */
  async allPass(command = NO_BAD): Promise<boolean> {
    for (const commit of this.git("rev-list", "--first-parent", "main..mac/words").split("\n")) {
      if (commit !== "" && (await this.gate.check(commit, [command])) !== undefined) return false;
    }
    return true;
  }

  async events(): Promise<RunEvent[]> {
    const text = await readFile(journalPath(this.place.state.runs, this.log.runId), "utf8");
    return text
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { event: RunEvent }).event);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.log.close().catch(() => undefined);
    this.sandbox.remove();
  }
}

async function openLog(
  { state }: Workplace,
  lock: Pick<Lock, "epoch" | "assertOwned">,
  runId: string,
): Promise<RunLog> {
  const options = { clock: systemClock, epoch: lock.epoch, assertOwned: () => lock.assertOwned() };
  const log = await RunLog.open(state.runs, runId, options);
  if (!log.ok) throw new Error(log.failure.message);
  return log.value;
}

/** A recorder that dies before its `after + 1`th event of these types, as a killed process does. */
export class DyingRecorder extends RunRecorder {
  private left: number;

  constructor(log: RunLog, after: number) {
    super(log, () => undefined);
    this.left = after;
  }

  override async record(event: RunEvent): Promise<void> {
    if (this.left === 0) throw new Error("killed");
    this.left -= 1;
    await super.record(event);
  }
}
