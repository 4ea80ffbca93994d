import { BacklogManager } from "../backlog/backlogManager.ts";
import { formatDiagnostics } from "../backlog/diagnostics.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { inputPath } from "../core/paths.ts";
import { Refusal } from "../core/refusal.ts";
import type { StateDirectory } from "../core/stateDirectory.ts";
import { ControlRepository } from "../git/controlRepository.ts";
import type { Git } from "../git/gitProcess.ts";
import { readTrackBranch, trackRef } from "../git/trackBranch.ts";
import { inspectRepository, type UserRepository } from "../git/userRepository.ts";
import type { RollbackWish } from "../implementation/landing/rollbackPlan.ts";
import type { RollbackFlags } from "./rollbackWish.ts";
import { readStatusScene } from "./statusScene.ts";

/** What `rollback` needs of its surroundings: no agent and no model. */
export type RollbackContext = Pick<
  CommandContext,
  "directory" | "environment" | "options" | "clock" | "pause" | "signal"
>;

/** Everything `rollback` knows before it holds the track. */
export interface RollbackScene {
  readonly git: Git;
  readonly user: UserRepository;
  readonly state: StateDirectory;
  readonly control: ControlRepository;
  readonly trackId: string;
  readonly manager: BacklogManager;
  /** The backlog's file, relative to the repository's root. */
  readonly backlogFile: string;
}

/** Throws `Refusal` for a task or a track that is not known, and for a backlog that cannot be read. */
export async function readRollbackScene(
  { task, trackId: named }: Pick<RollbackFlags, "task" | "trackId">,
  context: RollbackContext,
): Promise<RollbackScene> {
  const flags = { task, trackId: named, history: false, json: false };
  const { git, state, trackId, file } = await readStatusScene(flags, context);
  const user = await inspectRepository(git, context.directory);
  if (file === undefined) {
    throw new Refusal(
      `The backlog of ${trackId} is not there: nothing says what depends on what, and no status could be shown.`,
    );
  }
  const path = inputPath(user.root, context.directory, file);
  const manager = await BacklogManager.load(path, { repositoryRoot: user.root });
  if (!manager.ok) throw new Refusal(formatDiagnostics(manager.failure));
  const control = await ControlRepository.open(git, state, user);
  return { git, user, state, control, trackId, manager: manager.value, backlogFile: file };
}

/**
 * The commit a rollback goes on top of: that of the branch. For what is undone task by task the user's own where that
 * holds all of the branch, so that it fits there; what goes back as a whole would take the user's later work along.
 * Undefined: nothing has landed.
 */
export async function headToRollBack(
  wish: RollbackWish,
  { git, user, control, trackId }: RollbackScene,
): Promise<string | undefined> {
  const [published, landed] = await Promise.all([
    readTrackBranch(git, user, trackId),
    control.readRef(trackRef(trackId)),
  ]);
  if (landed === undefined) return undefined;
  const isNewer = published !== undefined && (await control.isAncestor(landed, published));
  const head = isNewer ? published : landed;
  return wish.kind === "task" && (await control.isAncestor(head, user.head)) ? user.head : head;
}
