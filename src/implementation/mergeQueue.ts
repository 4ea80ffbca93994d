import pLimit from "p-limit";
import { failure, type Result, success } from "../core/result.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import type { Identity } from "../git/userRepository.ts";
import type { CapturedWork } from "../recovery/taskLife.ts";
import type { Task } from "../types.ts";
import type { AttemptFailure } from "./attemptOutcome.ts";
import type { Gate } from "./gate.ts";
import type { RunRecorder } from "./runRecorder.ts";

export interface MergeQueueOptions {
  readonly recorder: RunRecorder;
  readonly control: ControlRepository;
  readonly gate: Gate;
  readonly author: Identity;
  /** Private ref that holds the head of the track. */
  readonly trackRef: string;
  /** Commands that pass on every commit of the branch; without any, the task's own acceptance decides. */
  readonly verify: readonly string[];
  /** Brings a landed commit to the user's `mac/<track_id>`. */
  readonly publish: (commit: string) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Landing {
  readonly task: Task;
  readonly attempt: number;
  readonly model: string;
  readonly work: CapturedWork;
}

/**
 * Lands proven work on the track's branch, one task at a time, in the order of asking: merge the trees, verify the
 * result in the gate, then move the head by compare-and-swap. No checkout of the user's is involved, and the head only
 * ever moves to a commit that has passed.
 */
export class MergeQueue {
  private readonly options: MergeQueueOptions;
  private readonly oneAtATime = pLimit(1);

  constructor(options: MergeQueueOptions) {
    this.options = options;
  }

  /** @returns the landed commit */
  land(landing: Landing): Promise<Result<string, AttemptFailure>> {
    return this.oneAtATime(() => this.landNow(landing));
  }

  private async landNow(landing: Landing): Promise<Result<string, AttemptFailure>> {
    const { author, control, gate, recorder, signal } = this.options;
    const { task, work } = landing;
    const { head } = recorder;
    if (signal.aborted) return failure({ reason: "interrupted" });

    const merged = await control.mergeTrees(head, work.commit);
    if (merged.kind === "conflict") return failure({ reason: "conflict", paths: merged.paths });
    const commit = await control.commit({
      tree: merged.tree,
      parents: [head],
      message: commitMessage(landing, recorder.runId),
      author,
    });
    const failed = await gate.check(commit, this.checksFor(task));
    if (failed !== undefined) return failure({ reason: "verify_failed", check: failed });
    if (signal.aborted) return failure({ reason: "interrupted" });

    await this.moveHead(landing, head, commit);
    return success(commit);
  }

  private checksFor(task: Task): readonly string[] {
    return this.options.verify.length > 0 ? this.options.verify : task.acceptance.map((check) => check.run);
  }

  private async moveHead({ task, attempt }: Landing, head: string, commit: string): Promise<void> {
    const { control, publish, recorder, trackRef } = this.options;
    await recorder.record({ type: "landing_intended", task: task.id, attempt, head, commit });
    const moved = await control.updateRef(trackRef, commit, head);
    if (!moved.ok) throw new Error(`the head of the track was moved by somebody else (${trackRef})`);
    await recorder.record({ type: "task_landed", task: task.id, attempt, commit });
    await publish(commit);
  }
}

function commitMessage({ task, attempt, model }: Landing, runId: string): string {
  const trailers = { "Mac-Run": runId, "Mac-Task": task.id, "Mac-Attempt": String(attempt), "Mac-Model": model };
  const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}`);
  return `${task.id}: ${task.title}\n\n${lines.join("\n")}\n`;
}
