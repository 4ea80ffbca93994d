import { dependentsOf } from "../../backlog/taskGraph.ts";
import { failure, type Result, success } from "../../core/result.ts";
import type { LoggedCommit } from "../../git/commitLog.ts";
import { isOurs } from "../../git/commitTrailers.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { trackBranchName } from "../../git/trackBranch.ts";
import type { Backlog } from "../../types.ts";
import { findTarget, firstParentWay } from "./rollbackTarget.ts";
import {
  type LandedTask,
  landedIn,
  rangeUpTo,
  readTrackHistory,
  type TrackHistory,
  type TrackRange,
} from "./trackHistory.ts";

/** What a person wants to be rolled back: a task with what depends on it, or everything after a commit or a landing. */
export type RollbackWish =
  | { readonly kind: "task"; readonly task: string }
  | { readonly kind: "to"; readonly to: string };

/** How the commit that rolls back is made. */
export type RollbackManner =
  /** By reversing what each task changed, the last landed first. */
  | { readonly kind: "reverse" }
  /** By going back to what the branch was at `commit`. */
  | { readonly kind: "return"; readonly commit: string; readonly subject: string };

/** What a rollback of the branch amounts to. Nothing is made yet. */
export interface RollbackPlan {
  /** Where the branch is. */
  readonly head: string;
  readonly manner: RollbackManner;
  /** In the order of landing. */
  readonly undone: readonly LandedTask[];
  /** What had been taken back, and is there again. */
  readonly restored: readonly LandedTask[];
  /** Ids of what is on the branch afterwards. */
  readonly staying: readonly string[];
  /** Commits that people made on the branch, and that are taken back with the rest; newest first. */
  readonly ofPeople: readonly LoggedCommit[];
  /** A sentence for the commit and the journal. */
  readonly because: string;
}

export interface PlanSources {
  readonly control: ControlRepository;
  /** Folder of the runs' journals. */
  readonly runs: string;
  readonly trackId: string;
  readonly backlog: Pick<Backlog, "tasks">;
  /** Where the branch is. */
  readonly head: string;
}

/** The failure is for the person: what there is instead, and that nothing was changed. */
export async function planRollback(wish: RollbackWish, sources: PlanSources): Promise<Result<RollbackPlan, string>> {
  const history = await readTrackHistory(sources.runs, sources.trackId);
  if (!history.ok) return failure(history.failure.message);
  const range = await rangeUpTo(sources.control, history.value, sources.head);
  if (range === undefined) {
    return failure(`No run of ${trackBranchName(sources.trackId)} is known that began in its history.`);
  }
  const landed = landedIn(history.value, range);
  return wish.kind === "task"
    ? planUndoing(wish.task, landed, history.value, sources)
    : planReturn(wish.to, landed, history.value, range, sources);
}

function planUndoing(
  task: string,
  landed: readonly LandedTask[],
  history: TrackHistory,
  { backlog, head, trackId }: PlanSources,
): Result<RollbackPlan, string> {
  if (!landed.some((one) => one.task === task)) {
    const why = whyNotThere(task, history, backlog);
    return failure(`Nothing of ${task} is on ${trackBranchName(trackId)}: ${why}. Nothing was changed.`);
  }
  const ids = new Set([task, ...dependentsOf(backlog.tasks, task).map(({ id }) => id)]);
  return success(undoing(ids, landed, head, `Asked for with rollback --task=${task}.`));
}

/** Undoes tasks whatever else is built on them: all that a run landed. */
export async function planUndoingAll(
  ids: ReadonlySet<string>,
  because: string,
  { control, head, runs, trackId }: PlanSources,
): Promise<Result<RollbackPlan, string>> {
  const history = await readTrackHistory(runs, trackId);
  if (!history.ok) return failure(history.failure.message);
  const range = await rangeUpTo(control, history.value, head);
  return success(undoing(ids, range === undefined ? [] : landedIn(history.value, range), head, because));
}

function undoing(ids: ReadonlySet<string>, landed: readonly LandedTask[], head: string, because: string): RollbackPlan {
  return {
    ...{ head, manner: { kind: "reverse" }, restored: [], ofPeople: [], because },
    undone: landed.filter(({ task }) => ids.has(task)),
    staying: landed.map(({ task }) => task).filter((task) => !ids.has(task)),
  };
}

async function planReturn(
  to: string,
  landed: readonly LandedTask[],
  history: TrackHistory,
  range: TrackRange,
  sources: PlanSources,
): Promise<Result<RollbackPlan, string>> {
  const { control, head } = sources;
  const way = await firstParentWay(control, range.base, head);
  const target = findTarget(to, { way, range, history }, sources);
  if (!target.ok) return target;
  const commit = target.value;
  const [{ subject } = { subject: "" }] = await control.commits({ to: commit, limit: 1 });
  const before = (await control.commitsSince(range.base, commit)) ?? new Set([range.base]);
  const then = landedIn(history, { base: range.base, commits: before });
  const isIn = (list: readonly LandedTask[]) => (one: LandedTask) =>
    list.some((other) => other.task === one.task && other.commit === one.commit);
  const since = way.filter(({ id }) => id !== range.base && !before.has(id));
  return success({
    ...{ head, manner: { kind: "return", commit, subject } },
    undone: landed.filter((one) => !isIn(then)(one)),
    restored: then.filter((one) => !isIn(landed)(one)),
    staying: then.map(({ task }) => task),
    ofPeople: since.filter((one) => !isOurs(one)),
    because: `Asked for with rollback --to=${to}.`,
  });
}

/** True where the branch is already what it would be rolled back to. */
export async function isDoneAlready(plan: RollbackPlan, control: ControlRepository): Promise<boolean> {
  const { head, manner, restored, undone } = plan;
  if (manner.kind === "reverse" || undone.length + restored.length > 0) return false;
  return (await control.treeOf(manner.commit)) === (await control.treeOf(head));
}

function whyNotThere(task: string, { steps }: TrackHistory, { tasks }: PlanSources["backlog"]): string {
  const last = steps.findLast((step) => step.kind !== "fast_forwarded" && step.task === task);
  if (last?.kind === "undone") return "it has been undone";
  const status = tasks.find(({ id }) => id === task)?.status;
  return `it has not landed${status === undefined ? "" : ` (${status})`}`;
}
