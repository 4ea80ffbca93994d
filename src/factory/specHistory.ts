import { type FileVersion, fileVersions, latestText, refNames } from "../git/fileVersions.ts";
import type { Git } from "../git/gitProcess.ts";
import { planSpecsRef, TRACK_SPECS, trackSpecsRef } from "./specRefs.ts";
import { readVersionMessage, type SpecAuthor } from "./specVersion.ts";

/** A version of a plan or a task, as `status --history` shows it. */
export interface SpecVersion {
  readonly id: string;
  /** The version before; null for the first. */
  readonly parent: string | null;
  /** ISO 8601, in UTC. */
  readonly time: string;
  readonly author: SpecAuthor;
  readonly reason: string;
  /** As provider/model. */
  readonly models: readonly string[];
  /** Which version of our prompt the models were asked with. */
  readonly prompt: string | null;
  /** The version of the plan it was made from. */
  readonly plan: string | null;
  /** Unified, to the parent. */
  readonly difference: string;
}

/** The versions of a task and of what was learned about it, oldest first; none when nothing is known of it. Reads only. */
export async function readTaskVersions(
  git: Git,
  controlGit: string,
  trackId: string,
  taskId: string,
): Promise<SpecVersion[]> {
  const paths = [pathOfTask(taskId), pathOfLessons(taskId)];
  return chained(await fileVersions(git, controlGit, trackSpecsRef(trackId), paths));
}

/** As `readTaskVersions`, of the plan in `file`. */
export async function readPlanVersions(git: Git, controlGit: string, file: string): Promise<SpecVersion[]> {
  return chained(await fileVersions(git, controlGit, planSpecsRef(file), ["PLAN.md"]));
}

/** The text of the plan in `file` as a command last wrote it, whatever a person made of it since; undefined: never. */
export async function lastMadePlan(git: Git, controlGit: string, file: string): Promise<string | undefined> {
  const versions = await readPlanVersions(git, controlGit, file);
  const made = versions.findLast(({ author }) => author === "agent");
  return made === undefined ? undefined : latestText(git, controlGit, made.id, "PLAN.md");
}

/** As `readTaskVersions`, of a track's backlog: all its tasks with their lessons, and what it says beside them. */
export async function readBacklogVersions(git: Git, controlGit: string, trackId: string): Promise<SpecVersion[]> {
  return chained(await fileVersions(git, controlGit, trackSpecsRef(trackId), ["track.yaml", "tasks", "lessons"]));
}

/** A task's spec as YAML in the latest version of its track; undefined when that does not hold it. */
export function latestTaskSpec(
  git: Git,
  controlGit: string,
  trackId: string,
  taskId: string,
): Promise<string | undefined> {
  return latestText(git, controlGit, trackSpecsRef(trackId), pathOfTask(taskId));
}

/** Ids of the tracks that have versions. */
export async function knownTracks(git: Git, controlGit: string): Promise<string[]> {
  const names = await refNames(git, controlGit, TRACK_SPECS);
  return names.map((name) => name.slice(TRACK_SPECS.length));
}

/** A version of the whole track is a version of a task only where it changed the task: parents skip the others. */
function chained(newestFirst: readonly FileVersion[]): SpecVersion[] {
  const versions = newestFirst.toReversed();
  return versions.map(({ commit, time, message, difference }, index) => {
    const { author, reason, models = [], prompt = null, plan = null } = readVersionMessage(message);
    const parent = versions[index - 1]?.commit ?? null;
    return { id: commit, parent, time: isoTime(time), author, reason, models, prompt, plan, difference };
  });
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

function pathOfTask(taskId: string): string {
  return `tasks/${taskId}.yaml`;
}

function pathOfLessons(taskId: string): string {
  return `lessons/${taskId}.yaml`;
}
