import pLimit from "p-limit";
import { failure, type Result, success } from "../../core/result.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { requireMoved } from "../../git/refs.ts";
import type { Identity } from "../../git/userRepository.ts";
import type { Task } from "../../types.ts";
import type { FailedCheck, RanCommand } from "../../verification/commandCheck.ts";
import type { AttemptFailure } from "../attempts/attemptOutcome.ts";
import type { RunRecorder } from "../runRecorder.ts";
import type { Gate } from "./gate.ts";
import { assemble, type Candidate, type Landing } from "./landingBatch.ts";
import { LandingWindow } from "./landingWindow.ts";
import { irreversibleOf } from "./reversibility.ts";

export interface MergeQueueOptions {
  readonly recorder: RunRecorder;
  readonly control: ControlRepository;
  readonly gate: Pick<Gate, "check">;
  readonly author: Identity;
  /** Private ref that holds the head of the track. */
  readonly trackRef: string;
  /** Commands that pass on every commit of the branch; without any, the tasks' own acceptance decides. */
  readonly verify: readonly string[];
  /** Begins what `publish` of a commit that is about to land can do ahead. */
  readonly carry?: (commit: string) => void;
  /** Brings a landed commit to the user's `mac/<track_id>`. */
  readonly publish: (commit: string) => Promise<void>;
  /** Told of each command that looked at a commit, with the ids of the tasks that commit brings. */
  readonly onRan?: (ran: RanCommand, commit: string, tasks: readonly string[]) => void;
  readonly signal: AbortSignal;
  /** Milliseconds that never go back; default `performance.now`. */
  readonly now?: () => number;
}

/** A landing, and who waits for what becomes of it. */
interface Waiting {
  readonly landing: Landing;
  readonly end: (ending: Result<string, AttemptFailure>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lands proven work on the track's branch in the order of asking: merge the trees, verify the result in the gate, then
 * move the head by compare-and-swap. No checkout of the user's is involved, and the head only ever moves to a commit
 * that has passed. While `verify` is what tasks wait for, several are verified as one merge commit; if that fails, its
 * halves are, so that only what fails by itself, on what has landed, does not land.
 */
export class MergeQueue {
  private readonly options: MergeQueueOptions;
  private readonly oneAtATime = pLimit(1);
  private readonly waiting: Waiting[] = [];
  private readonly window = new LandingWindow();

  constructor(options: MergeQueueOptions) {
    this.options = options;
  }

  /** @returns the landed commit: the task's own, also where it landed together with others */
  land(landing: Landing): Promise<Result<string, AttemptFailure>> {
    return new Promise((end, reject) => {
      this.waiting.push({ landing, end, reject });
      // A turn for each landing is enough for all: every turn settles at least one of those that wait.
      void this.oneAtATime(() => this.takeTurn());
    });
  }

  /** Does `work` while nothing lands: what else moves the head, such as compensation. */
  between<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.oneAtATime(work);
  }

  /** Never rejects: an error goes to those whose landing met it. */
  private async takeTurn(): Promise<void> {
    const batch = this.waiting.splice(0, this.window.size);
    try {
      await this.landTogether(batch);
    } catch (error) {
      for (const { reject } of batch) reject(error);
      this.waiting.splice(0, this.waiting.length, ...this.waiting.filter((waiting) => !batch.includes(waiting)));
    }
  }

  private async landTogether(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    const { control, author, gate, onRan, recorder, signal, now = () => performance.now() } = this.options;
    if (signal.aborted) return endAll(batch, { reason: "interrupted" });

    const startedAt = now();
    const { head, runId } = recorder;
    const assembly = await assemble(batch, { control, author, runId, head, baseOf: (task) => this.baseOf(task) });
    for (const { item, paths } of assembly.conflicting) item.end(failure({ reason: "conflict", paths }));
    this.waiting.unshift(...assembly.postponed);
    const { candidate } = assembly;
    if (candidate === undefined) return;
    const parts = candidate.parts.map(({ item }) => item);

    const assembledAt = now();
    const tasks = parts.map(({ landing }) => landing.task.id);
    const failed = await gate.check(candidate.commit, this.checksFor(parts), {
      onRan: (ran) => onRan?.(ran, candidate.commit, tasks),
    });
    const verifiedAt = now();
    if (failed !== undefined) return this.searchFailure(parts, failed);
    if (signal.aborted) return endAll(parts, { reason: "interrupted" });

    await this.moveHead(candidate);
    const otherMs = assembledAt - startedAt + now() - verifiedAt;
    this.window.passed({ waiting: this.waiting.length, verifyMs: verifiedAt - assembledAt, otherMs });
    for (const { item, commit } of candidate.parts) item.end(success(commit));
  }

  /** Which of the tasks is to blame is found by halves; the second half is tried on top of what the first has landed. */
  private async searchFailure(parts: readonly Waiting[], check: FailedCheck): Promise<void> {
    this.window.failed();
    if (parts.length === 1 || check.aborted) return endAll(parts, { reason: "verify_failed", check });
    const middle = Math.ceil(parts.length / 2);
    await this.landTogether(parts.slice(0, middle));
    await this.landTogether(parts.slice(middle));
  }

  private baseOf({ id }: Task): string {
    const base = this.options.recorder.state.tasks.get(id)?.base;
    if (base === undefined) throw new Error(`task ${id} is to land without ever having been begun`);
    return base;
  }

  private checksFor(parts: readonly Waiting[]): readonly string[] {
    const { verify } = this.options;
    if (verify.length > 0) return verify;
    return [...new Set(parts.flatMap(({ landing }) => landing.task.acceptance.map((check) => check.run)))];
  }

  /** The intentions are on disk before the ref moves, so after a crash the ref shows for all of them what took place. */
  private async moveHead({ commit, parts }: Candidate<Waiting>): Promise<void> {
    const { carry, control, publish, recorder, trackRef } = this.options;
    const { head } = recorder;
    carry?.(commit);
    for (const { item } of parts) {
      const { task, attempt } = item.landing;
      await recorder.record({
        type: "landing_intended",
        ...{ task: task.id, attempt, head, commit },
        ...irreversibleOf(task),
      });
    }
    const moved = await control.updateRef(trackRef, commit, head);
    requireMoved(moved, trackRef);
    for (const { item, commit: own } of parts) {
      const { task, attempt } = item.landing;
      const merge = own === commit ? {} : { head: commit };
      await recorder.record({
        type: "task_landed",
        task: task.id,
        attempt,
        commit: own,
        ...merge,
        ...irreversibleOf(task),
      });
    }
    await publish(commit);
  }
}

function endAll(batch: readonly Waiting[], reason: AttemptFailure): void {
  for (const { end } of batch) end(failure(reason));
}
