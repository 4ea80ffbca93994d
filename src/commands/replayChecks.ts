import type { StateDirectory } from "../core/stateDirectory.ts";
import type { LoggedCommit } from "../git/commitLog.ts";
import type { Git } from "../git/gitProcess.ts";
import { commitsNamed, holds, refsBelow } from "../git/recordedObjects.ts";
import { trackRef } from "../git/trackBranch.ts";
import { landedAs } from "../implementation/landing/landingCommits.ts";
import { readArtifacts } from "../recovery/artifacts/artifactLineage.ts";
import { ArtifactStore } from "../recovery/artifacts/artifactStore.ts";
import type { RunEvent } from "../recovery/runEvents.ts";
import type { RunState } from "../recovery/runState.ts";

/** Something the journal says, held against what is there. */
export interface ReplayCheck {
  readonly name: string;
  /** How many of what. */
  readonly compared: string;
  /** A line each. */
  readonly differences: readonly string[];
}

export interface ReplayedRun {
  readonly runId: string;
  readonly events: readonly RunEvent[];
  /** What they add up to. */
  readonly state: RunState;
}

/** What the journal says of commits and refs, as control.git has them. Reads only. */
export async function checkHistory(
  { runId, events, state }: ReplayedRun,
  git: Git,
  { controlGit }: Pick<StateDirectory, "controlGit">,
): Promise<readonly ReplayCheck[]> {
  const landed = events.flatMap((event) => (event.type === "task_landed" ? [event] : []));
  const captured = events.flatMap((event) => (event.type === "work_captured" ? [event] : []));
  const [refs, commits] = await Promise.all([
    refsBelow(git, controlGit, "refs/mac/"),
    commitsNamed(
      git,
      controlGit,
      [...landed, ...captured].map(({ commit }) => commit),
    ),
  ]);
  const pinned = events.flatMap(pinnedRef);
  return [
    {
      name: "landed commits",
      compared: String(landed.length),
      differences: landed.flatMap((event) => whyNotLanded(event, runId, commits.get(event.commit))),
    },
    {
      name: "captured work",
      compared: String(captured.length),
      differences: captured.flatMap(({ task, attempt, commit }) =>
        commits.has(commit) ? [] : [`${task}, attempt ${attempt}: its commit ${commit} is not there`],
      ),
    },
    {
      name: "private refs",
      compared: String(pinned.length),
      differences: pinned.flatMap((pin) => whyNotPinned(pin, refs)),
    },
    {
      name: "track's branch",
      compared: state.head === undefined ? "0" : "1",
      differences: await whyNotOnTrack(state, refs, git, controlGit),
    },
  ];
}

/** Whether each artifact of the run is still what was kept. */
export async function checkArtifacts(runId: string, state: StateDirectory): Promise<ReplayCheck> {
  const artifacts = await readArtifacts(state.runArtifacts(runId));
  if (!artifacts.ok) return { name: "artifacts", compared: "0", differences: [artifacts.failure] };
  const store = new ArtifactStore(state.artifacts);
  const differences: string[] = [];
  for (const id of new Set(artifacts.value.map((artifact) => artifact.id))) {
    const read = await store.read(id);
    if (!read.ok) differences.push(read.failure.message);
  }
  const counts = new Map<string, number>();
  for (const { kind } of artifacts.value) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
  return { name: "artifacts", compared: kinds === "" ? "0" : kinds, differences };
}

function whyNotLanded(
  { task, attempt, commit }: Extract<RunEvent, { type: "task_landed" }>,
  runId: string,
  found: LoggedCommit | undefined,
): readonly string[] {
  if (found === undefined) return [`${task}: its landed commit ${commit} is not there`];
  const landing = landedAs(found);
  if (landing?.run === runId && landing.task === task && landing.attempt === attempt) return [];
  return [`${task}: ${commit} does not say that attempt ${attempt} of it landed there`];
}

interface Pin {
  readonly ref: string;
  /** Undefined: the journal does not say. */
  readonly commit: string | undefined;
}

function pinnedRef(event: RunEvent): readonly Pin[] {
  if (event.type === "checkpoint_taken") return [{ ref: event.ref, commit: event.commit }];
  if (event.type !== "attempt_failed" || event.archived_ref === undefined) return [];
  return [{ ref: event.archived_ref, commit: undefined }];
}

function whyNotPinned({ ref, commit }: Pin, refs: ReadonlyMap<string, string>): readonly string[] {
  const found = refs.get(ref);
  if (found === undefined) return [`${ref} is not there`];
  return commit === undefined || found === commit ? [] : [`${ref} is at ${found}, not at ${commit}`];
}

async function whyNotOnTrack(
  { head, started }: RunState,
  refs: ReadonlyMap<string, string>,
  git: Git,
  controlGit: string,
): Promise<readonly string[]> {
  if (head === undefined || started === undefined) return [];
  const ref = trackRef(started.track_id);
  const found = refs.get(ref);
  if (found === undefined) return [`${ref} is not there`];
  return (await holds(git, controlGit, found, head)) ? [] : [`${ref} is at ${found}, which does not hold ${head}`];
}
