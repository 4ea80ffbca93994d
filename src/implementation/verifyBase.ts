import { Refusal } from "../core/refusal.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { readTrackBranch, trackBranchName } from "../git/trackBranch.ts";
import { describeFailedCheck } from "../verification/commandCheck.ts";
import type { Gate } from "./gate.ts";
import type { ImplementScene } from "./implementScene.ts";

export interface VerifyBaseOptions {
  readonly scene: ImplementScene;
  readonly control: ControlRepository;
  readonly gate: Gate;
  readonly allowRedBase: boolean;
  readonly signal: AbortSignal;
}

/**
 * Runs `verify` on the commit the work goes on from: nothing that is built on a red one can be proven. What is on the
 * branch has passed once, unless its run began with --allow_red_base or the person has committed there since.
 * Throws `Refusal` when it is red and that was not allowed. @returns the commands that decide about landing
 */
export async function verifyBase(options: VerifyBaseOptions): Promise<readonly string[]> {
  const { scene, gate, allowRedBase, signal } = options;
  if (scene.tasks.length === 0) return scene.verify;
  const { commit, name } = await startingPoint(options);
  const failed = await gate.check(commit, scene.verify);
  if (failed === undefined) return scene.verify;
  if (signal.aborted) throw new Refusal("Interrupted before the first task; nothing was changed.");
  if (allowRedBase) return greenCommands(commit, options);
  throw new Refusal(
    `${name} is red before anything was changed: ${describeFailedCheck(failed)}. Mend it, or start with --allow_red_base to go without this check.`,
  );
}

async function startingPoint({ scene, control }: VerifyBaseOptions): Promise<{ commit: string; name: string }> {
  const { git, user, backlog } = scene;
  const branch = await readTrackBranch(git, user, backlog.track_id);
  const isAhead = branch !== undefined && !(await control.isAncestor(branch, user.head));
  return isAhead
    ? { commit: branch, name: trackBranchName(backlog.track_id) }
    : { commit: user.head, name: "The base" };
}

async function greenCommands(commit: string, { scene, gate }: VerifyBaseOptions): Promise<readonly string[]> {
  const green: string[] = [];
  for (const command of scene.verify) {
    if ((await gate.check(commit, [command])) === undefined) green.push(command);
  }
  return green;
}
