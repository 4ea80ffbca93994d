import { BacklogManager } from "../backlog/backlogManager.ts";
import { formatDiagnostics } from "../backlog/diagnostics.ts";
import { dependentsOf } from "../backlog/taskGraph.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { inputPath } from "../core/paths.ts";
import { Refusal } from "../core/refusal.ts";
import type { StateDirectory } from "../core/stateDirectory.ts";
import { ControlRepository } from "../git/controlRepository.ts";
import type { Git } from "../git/gitProcess.ts";
import { readTrackBranch, trackBranchName, trackRef } from "../git/trackBranch.ts";
import { inspectRepository, type UserRepository } from "../git/userRepository.ts";
import type { LandedTask } from "../implementation/landing/compensation.ts";
import type { TrackLandings } from "../implementation/landing/landedTasks.ts";
import { readStatusScene } from "./statusScene.ts";

export interface RollbackFlags {
  readonly task: string;
  readonly trackId?: string | undefined;
}

/** What `rollback` needs of its surroundings: no agent and no model. */
export type RollbackContext = Pick<CommandContext, "directory" | "environment" | "options" | "clock" | "signal">;

/** Everything `rollback` knows before it holds the track. */
export interface RollbackScene {
  readonly git: Git;
  readonly user: UserRepository;
  readonly state: StateDirectory;
  readonly control: ControlRepository;
  readonly trackId: string;
  readonly manager: BacklogManager;
  /** The backlog's file, relative to the repository's root. */
  readonly file: string;
}

/** Throws `Refusal` for a task or a track that is not known, and for a backlog that cannot be read. */
export async function readRollbackScene(flags: RollbackFlags, context: RollbackContext): Promise<RollbackScene> {
  const { git, state, trackId, file } = await readStatusScene({ ...flags, history: false, json: false }, context);
  const user = await inspectRepository(git, context.directory);
  if (file === undefined) {
    throw new Refusal(`The backlog of ${trackId} is not there, so nothing says what depends on ${flags.task}.`);
  }
  const path = inputPath(user.root, context.directory, file);
  const manager = await BacklogManager.load(path, { repositoryRoot: user.root });
  if (!manager.ok) throw new Refusal(formatDiagnostics(manager.failure));
  const control = await ControlRepository.open(git, state, user);
  return { git, user, state, control, trackId, manager: manager.value, file };
}

/** The commit the undoing goes on top of: that of the branch, or the user's own where that holds all of it. */
export async function headToUndoFrom({ git, user, control, trackId }: RollbackScene): Promise<string> {
  const [published, landed] = await Promise.all([
    readTrackBranch(git, user, trackId),
    control.readRef(trackRef(trackId)),
  ]);
  if (landed === undefined) throw new Refusal(`Nothing has landed on ${trackBranchName(trackId)} yet.`);
  const isNewer = published !== undefined && (await control.isAncestor(landed, published));
  const head = isNewer ? published : landed;
  return (await control.isAncestor(head, user.head)) ? user.head : head;
}

/** The task and what has landed that depends on it, in the order of landing. Throws `Refusal` when it is not there. */
export async function tasksToUndo(
  task: string,
  head: string,
  { landed, undone }: TrackLandings,
  { control, manager, trackId }: RollbackScene,
): Promise<readonly LandedTask[]> {
  const { tasks } = manager.backlog;
  const ids = new Set([task, ...dependentsOf(tasks, task).map(({ id }) => id)]);
  const found: LandedTask[] = [];
  for (const one of landed) if (ids.has(one.task) && (await control.isAncestor(one.commit, head))) found.push(one);
  if (found.some((one) => one.task === task)) return found;
  const status = tasks.find(({ id }) => id === task)?.status;
  const why = undone.has(task) ? "it has been undone" : `it has not landed${status ? ` (${status})` : ""}`;
  throw new Refusal(`Nothing of ${task} is on ${trackBranchName(trackId)}: ${why}. Nothing was changed.`);
}
