import { unreachable } from "../../core/unreachable.ts";
import {
  leftAt,
  type RunRequest,
  type RunRequestOf,
  removeRequest,
  type WaitingRequest,
  waitingRequests,
} from "../../recovery/inbox.ts";
import type { RunState } from "../../recovery/runState.ts";
import { answeredAt, isApproval, waitingForAnswer } from "../attempts/answers.ts";
import type { RunRecorder } from "../runRecorder.ts";

/** What became of a request; `message` is for the person who made it. */
export interface Settlement {
  readonly done: boolean;
  readonly message: string;
}

export interface RunRequestsOptions {
  readonly runDirectory: string;
  readonly recorder: RunRecorder;
  /** When this process took the run up, in milliseconds since the epoch: a pause that was wanted before is over. */
  readonly since: number;
  /** What a rollback comes to for which nothing is to be done, or can be; undefined: it is to be done. Changes nothing. */
  readonly foregone: (request: RunRequestOf<"rollback">) => Promise<Settlement | undefined>;
  /** A rollback cannot be done while tasks are under way: whoever hears of one brings them to rest, then calls `rollBack`. */
  readonly onRollback: () => void;
  readonly rollBack: (request: RunRequestOf<"rollback">) => Promise<Settlement>;
}

/** Longest answer that is kept, in characters; `answer` refuses what is longer. */
export const LONGEST_ANSWER = 2_000;

/**
 * Takes up what other processes want of a run and makes facts of it: each request once, in the order they were left, its
 * outcome in the journal before it leaves the inbox.
 */
export class RunRequests {
  private readonly options: RunRequestsOptions;
  /** One look at a time: two would take the same request. */
  private looking: Promise<unknown> = Promise.resolve();
  /** Names of rollbacks that are to be done once everything is at rest. */
  private readonly pending = new Set<string>();

  constructor(options: RunRequestsOptions) {
    this.options = options;
  }

  /** Everything but rollbacks that are to be done: for those alone agents are stopped. @returns whether anything was taken up */
  take(): Promise<boolean> {
    return this.oneAtATime(async () => {
      const waiting = await this.waiting();
      let settled = 0;
      for (const each of waiting) if (await this.takeAtWork(each)) settled++;
      if (settled < waiting.length) this.options.onRollback();
      return settled > 0;
    });
  }

  /** Rollbacks; nothing else is under way. @returns whether there was one */
  takeRollbacks(): Promise<boolean> {
    return this.oneAtATime(async () => {
      const waiting = (await this.waiting()).filter(({ request }) => request.kind === "rollback");
      for (const each of waiting) await this.settle(each);
      return waiting.length > 0;
    });
  }

  /** @returns false: a rollback, which has to wait until everything is at rest */
  private async takeAtWork(each: WaitingRequest): Promise<boolean> {
    const { name, request } = each;
    if (request.kind !== "rollback") await this.settle(each);
    else {
      const foregone = this.pending.has(name) ? undefined : await this.options.foregone(request);
      if (foregone === undefined) {
        this.pending.add(name);
        return false;
      }
      await this.close(each, foregone);
    }
    return true;
  }

  private oneAtATime<Value>(look: () => Promise<Value>): Promise<Value> {
    const turn = this.looking.then(look);
    this.looking = turn.catch(() => undefined);
    return turn;
  }

  private async waiting(): Promise<readonly WaitingRequest[]> {
    const { recorder, runDirectory } = this.options;
    const waiting = await waitingRequests(runDirectory);
    const known = new Set(recorder.state.settledRequests);
    // A crash came between the fact and the removal.
    for (const { name } of waiting) if (known.has(name)) await removeRequest(runDirectory, name);
    const open = waiting.filter(({ name }) => !known.has(name));
    return open.filter((each, index) => !isAnsweredAgain(each.request, open.slice(index + 1)));
  }

  private async settle(each: WaitingRequest): Promise<void> {
    await this.close(each, await this.perform(each.request, leftAt(each.name)));
  }

  private async close({ name, request }: WaitingRequest, { done, message }: Settlement): Promise<void> {
    const { recorder, runDirectory } = this.options;
    await recorder.record({ type: "request_settled", request: name, kind: request.kind, done, message });
    await removeRequest(runDirectory, name);
  }

  private async perform(request: RunRequest, at: number): Promise<Settlement> {
    switch (request.kind) {
      case "answer":
        return this.answer(request);
      case "pause":
        if (at < this.options.since) return { done: false, message: "implement was run again since" };
        return this.pause(request);
      case "rollback":
        return this.options.rollBack(request);
      default:
        return unreachable(request);
    }
  }

  private async answer({ checkpoint, input }: RunRequestOf<"answer">): Promise<Settlement> {
    const { recorder } = this.options;
    const task = waitingForAnswer(recorder.state).find(({ inquiry }) => inquiry?.checkpoint === checkpoint);
    if (task === undefined) return { done: false, message: whyNotTaken(checkpoint, recorder.state) };
    const approved = task.inquiry?.kind === "question" || isApproval(input);
    const kept = input.slice(0, LONGEST_ANSWER);
    await recorder.record({ type: "answer_given", task: task.id, checkpoint, approved, input: kept });
    return { done: true, message: `${task.id} has its answer` };
  }

  private async pause({ on, task }: RunRequestOf<"pause">): Promise<Settlement> {
    const { recorder } = this.options;
    const because = "a person asked for it";
    if (task === undefined) {
      await recorder.record(on ? { type: "run_paused", because } : { type: "run_unpaused" });
      return { done: true, message: on ? "the run stands still" : "the run goes on" };
    }
    if (!recorder.state.tasks.has(task)) return { done: false, message: `this run has no task ${task}` };
    await recorder.record(on ? { type: "task_paused", task, because } : { type: "task_unpaused", task });
    return { done: true, message: on ? `${task} stands still` : `${task} goes on` };
  }
}

function whyNotTaken(checkpoint: string, run: RunState): string {
  const answered = answeredAt(checkpoint, run);
  return answered === undefined
    ? `Not taken: nothing waits for an answer at ${checkpoint} any more.`
    : `Not taken: what ${answered.id} asked was already answered.`;
}

/** Who answers twice before anybody has listened means what was said last. */
function isAnsweredAgain(request: RunRequest, later: readonly WaitingRequest[]): boolean {
  if (request.kind !== "answer") return false;
  return later.some(({ request: other }) => other.kind === "answer" && other.checkpoint === request.checkpoint);
}
