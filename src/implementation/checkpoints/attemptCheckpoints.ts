import { createHash } from "node:crypto";
import { join } from "node:path";
import { formatModelRef } from "../../core/modelCatalog.ts";
import { taskSpecText } from "../../factory/specText.ts";
import type { SavedWorkTree, WorkTreeHistory } from "../../git/workTreeHistory.ts";
import type { RunEventOf } from "../../recovery/runEvents.ts";
import type { TaskState } from "../../recovery/taskState.ts";
import { type CheckpointValidation, validateCheckpoint } from "../../verification/checkpointValidation.ts";
import { checkpointName } from "../attempts/answers.ts";
import type { Attempt, AttemptSurroundings } from "../attempts/attempt.ts";
import { promptVersionOf } from "../attempts/workerPrompt.ts";
import { workerSeed } from "../attempts/workerSeed.ts";
import type { Checkpoint } from "../supervision/checkpoints.ts";
import type { TaskScope } from "../supervision/taskScope.ts";
import { checkpointMessage } from "./checkpointMessage.ts";

type Taken = RunEventOf<"checkpoint_taken">;

type Degraded = NonNullable<CheckpointValidation["degraded"]>;

/** For a person, once an attempt each. */
const WHY_NOT: Readonly<Record<Degraded, string>> = {
  out_of_time: "there was no time",
  sampled: "there were too many, and a sample was taken",
};

/** Of a checkpoint's changed paths so many are named in the journal. */
const NAMED_PATHS = 50;

/** The checkpoints of one attempt, each a commit on the one before it, looked at and on record. One at a time. */
export class AttemptCheckpoints {
  private readonly attempt: Attempt;
  private readonly surroundings: AttemptSurroundings;
  private readonly history: WorkTreeHistory;
  private readonly saidOf = new Set<Degraded>();
  private count: number;

  constructor(attempt: Attempt, surroundings: AttemptSurroundings) {
    const { base, number, slot, task } = attempt;
    const { control, indexes, recorder } = surroundings;
    const state = recorder.state.tasks.get(task.id);
    this.attempt = attempt;
    this.surroundings = surroundings;
    this.count = checkpointsOf(state, number);
    const indexFile = join(indexes, `slot-${slot.number}`);
    this.history = control.historyOf({ workTree: slot.directory, base, parent: state?.latest ?? base, indexFile });
  }

  /** Looks, while nothing writes; what it returns makes a checkpoint of that. Undefined: nothing has changed. */
  async take(cause: string): Promise<(() => Promise<Checkpoint>) | undefined> {
    const startedAt = performance.now();
    const tree = await this.history.look();
    return tree === undefined ? undefined : () => this.complete(tree, cause, startedAt);
  }

  private async complete(tree: string, cause: string, startedAt: number): Promise<Checkpoint> {
    const { number, task, scope } = this.attempt;
    const { author, recorder } = this.surroundings;
    const count = this.count + 1;
    const id = checkpointId(recorder.runId, task.id, number, count);
    const ref = checkpointRef(recorder.runId, task.id, number, count);
    const spec = specVersion(scope);
    const saved = await this.history.keep(tree, { author, ref, message: this.message(id, cause, spec) });
    this.count = count;
    const cumulative = sizeOf(saved.cumulative);
    await recorder.record({
      type: "checkpoint_taken",
      task: task.id,
      attempt: number,
      id,
      commit: saved.commit,
      ref,
      cause,
      cumulative,
      incremental: incrementalOf(saved),
      validation: await this.validate(saved, spec),
      spec,
      took_ms: Math.round(performance.now() - startedAt),
    });
    return { commit: saved.commit, ...cumulative };
  }

  private message(id: string, cause: string, spec: string): string {
    const { briefing, mode, number, route, task } = this.attempt;
    const { recorder } = this.surroundings;
    const state = recorder.state.tasks.get(task.id);
    return checkpointMessage({
      runId: recorder.runId,
      task: task.id,
      attempt: number,
      id,
      cause,
      model: state?.model ?? formatModelRef(route.model),
      prompt: promptVersionOf(mode),
      sent: briefing.record.sha256,
      seed: workerSeed(recorder.runId, task.id, number),
      spec,
    });
  }

  private async validate(saved: SavedWorkTree, spec: string): Promise<NonNullable<Taken["validation"]>> {
    const { scope, task } = this.attempt;
    const { control, onActivity, verdicts } = this.surroundings;
    const fresh = new Set(saved.since.map(({ path }) => path));
    const checkpoint = {
      changes: saved.cumulative,
      isNew: (path: string) => fresh.has(path),
      mayWrite: scope.mayWrite,
      spec,
    };
    const readBlobs = (ids: readonly string[], signal: AbortSignal) => control.readBlobs(ids, signal);
    const validation = await validateCheckpoint(checkpoint, { verdicts, readBlobs, now: () => performance.now() });
    const { degraded, unchecked } = validation;
    if (degraded !== undefined && !this.saidOf.has(degraded)) {
      this.saidOf.add(degraded);
      const message = `${unchecked} changed files were not looked at for a checkpoint: ${WHY_NOT[degraded]}`;
      onActivity(task, { kind: "notice", message });
    }
    return { ...validation, violations: [...validation.violations] };
  }
}

export function checkpointId(runId: string, task: string, attempt: number, count: number): string {
  return `${checkpointName(runId, task, attempt)}-c${count}`;
}

export function checkpointRef(runId: string, task: string, attempt: number, count: number): string {
  return `refs/mac/checkpoints/${runId}/${task}/${attempt}/${count}`;
}

/** How many checkpoints of an attempt there are. */
export function checkpointsOf(state: TaskState | undefined, attempt: number): number {
  return (state?.checkpoints ?? []).filter((checkpoint) => checkpoint.attempt === attempt).length;
}

/** What the task says and may write, as a digest: granted paths make another version of it. */
function specVersion({ entries, task }: TaskScope): string {
  return createHash("sha256")
    .update(JSON.stringify([taskSpecText(task), entries]))
    .digest("hex")
    .slice(0, 16);
}

function sizeOf(changes: readonly { readonly lines: number }[]): { files: number; lines: number } {
  return { files: changes.length, lines: changes.reduce((sum, { lines }) => sum + lines, 0) };
}

function incrementalOf({ since }: SavedWorkTree): NonNullable<Taken["incremental"]> {
  const more = since.length - NAMED_PATHS;
  const paths = since.slice(0, NAMED_PATHS).map(({ path }) => path);
  return { ...sizeOf(since), paths, ...(more > 0 ? { more } : {}) };
}
