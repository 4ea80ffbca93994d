import { compareText } from "../../core/compareText.ts";
import { failure, type Result, success } from "../../core/result.ts";
import type { StateDirectory } from "../../core/stateDirectory.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { RunEvent } from "../../recovery/runEvents.ts";
import { type RunUnreadable, readRunEvents, runsOfUnknownTrack, tracksOfRuns } from "../../recovery/runStore.ts";

/** A task whose work is on the branch, by its own commit. */
export interface LandedTask {
  readonly task: string;
  readonly commit: string;
  /** H4. Why git alone cannot take it back; undefined: it can, as far as the landing tells. */
  readonly irreversible: string | undefined;
  /** The branch of the user's that a run has brought it to, as far as runs know. */
  readonly heldBy: string | undefined;
}

/** One change of what is on a track's branch. `head`: where that was after it. */
export type TrackStep =
  | ({ readonly kind: "landed" | "restored"; readonly head: string } & Omit<LandedTask, "heldBy">)
  | { readonly kind: "undone"; readonly task: string; readonly head: string }
  | { readonly kind: "fast_forwarded"; readonly branch: string; readonly head: string };

/** What the journals of a track tell of its branch, over all its runs. */
export interface TrackHistory {
  /** Where each run began, oldest first. */
  readonly bases: readonly string[];
  /** In the order in which they happened. */
  readonly steps: readonly TrackStep[];
}

/** A task may have landed in any run, so all of them are read; one of which nothing tells the track may be this one's. */
export async function readTrackHistory(
  runsDirectory: string,
  trackId: string,
): Promise<Result<TrackHistory, RunUnreadable>> {
  const [unknown] = await runsOfUnknownTrack(runsDirectory);
  if (unknown !== undefined) return failure(unknown);
  const bases: string[] = [];
  const steps: TrackStep[] = [];
  const runs = (await tracksOfRuns(runsDirectory)).filter((run) => run.trackId === trackId);
  for (const { runId } of runs.toReversed()) {
    const events = await readRunEvents(runsDirectory, runId);
    if (!events.ok) return failure(events.failure);
    for (const event of events.value) {
      const step = stepOf(event);
      if (step !== undefined) steps.push(step);
      if (event.type === "run_started") bases.push(event.base);
    }
  }
  return success({ bases, steps });
}

/** All that is known of a track, also from runs that were cleaned. */
export interface WholeHistory extends TrackHistory {
  /** The backlog's file the latest run was started with. */
  readonly backlogFile: string | undefined;
}

/** The same over the runs that are there and those that were cleaned. Journals that cannot be read tell nothing. */
export async function readWholeHistory(
  { kept, runs }: Pick<StateDirectory, "kept" | "runs">,
  trackId: string,
): Promise<WholeHistory> {
  const folders = await Promise.all(
    [runs, kept].map(async (folder) => (await tracksOfRuns(folder)).map((run) => ({ ...run, folder }))),
  );
  const own = folders.flat().filter((run) => run.trackId === trackId);
  const bases: string[] = [];
  const steps: TrackStep[] = [];
  let backlogFile: string | undefined;
  for (const { folder, runId } of own.toSorted((a, b) => compareText(a.runId, b.runId))) {
    const events = await readRunEvents(folder, runId);
    for (const event of events.ok ? events.value : []) {
      const step = stepOf(event);
      if (step !== undefined) steps.push(step);
      if (event.type !== "run_started") continue;
      bases.push(event.base);
      backlogFile = event.backlog_file;
    }
  }
  return { bases, steps, backlogFile };
}

/** The commits of a branch that make up a track: after the place where it began, up to `to`. */
export interface TrackRange {
  readonly base: string;
  readonly commits: ReadonlySet<string>;
}

/** Undefined: no run of the track began in the history of `to`. */
export async function rangeUpTo(
  control: ControlRepository,
  { bases }: TrackHistory,
  to: string,
): Promise<TrackRange | undefined> {
  for (const base of new Set(bases)) {
    const commits = await control.commitsSince(base, to);
    if (commits !== undefined) return { base, commits };
  }
  return undefined;
}

/**
 * What is on the branch at the end of a range, in the order of landing: what landed or was brought back, and was not
 * taken back since. What a branch that was replaced had does not count. Without a range: at the end of all runs.
 */
export function landedIn({ steps }: TrackHistory, range?: TrackRange): readonly LandedTask[] {
  const landed = new Map<string, LandedTask>();
  for (const step of steps) {
    if (range !== undefined && !range.commits.has(step.head)) continue;
    if (step.kind === "fast_forwarded") {
      for (const [id, task] of landed) landed.set(id, { ...task, heldBy: step.branch });
      continue;
    }
    const { task } = step;
    // Taken out first, so that one that landed again is the latest.
    landed.delete(task);
    if (step.kind === "undone") continue;
    const { commit, irreversible } = step;
    landed.set(task, { task, commit, irreversible, heldBy: undefined });
  }
  return [...landed.values()];
}

function stepOf(event: RunEvent): TrackStep | undefined {
  switch (event.type) {
    case "task_landed": {
      const { task, commit, head = commit, irreversible } = event;
      return { kind: "landed", task, commit, head, irreversible };
    }
    case "task_restored": {
      const { task, commit, head, irreversible } = event;
      return { kind: "restored", task, commit, head, irreversible };
    }
    case "fast_forwarded":
      return { kind: "fast_forwarded", branch: event.branch, head: event.commit };
    case "task_undone":
      return { kind: "undone", task: event.task, head: event.commit };
    default:
      return undefined;
  }
}
