import { failure, type Result, success } from "../../core/result.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Git } from "../../git/gitProcess.ts";
import { copyObjects } from "../../git/objectTransfer.ts";
import { describeLock } from "../../git/staleLocks.ts";
import { type PublishFailure, publishTrackBranch, trackBranchName } from "../../git/trackBranch.ts";
import type { UserRepository } from "../../git/userRepository.ts";
import type { RunRecorder } from "../runRecorder.ts";

export interface BranchPublisherOptions {
  readonly git: Git;
  readonly user: UserRepository;
  readonly control: ControlRepository;
  readonly recorder: RunRecorder;
  readonly trackId: string;
  /** Where the user's `mac/<track_id>` is. */
  readonly published: string;
}

/**
 * Brings what has landed to the user's `mac/<track_id>`. What cannot be brought now, since the user is in the way, is
 * brought along the next time: the truth about what has landed is in control.git.
 */
export class BranchPublisher {
  private readonly options: BranchPublisherOptions;
  private published: string;
  private carried: { readonly commit: string; readonly done: Promise<void> } | undefined;

  constructor(options: BranchPublisherOptions) {
    this.options = options;
    this.published = options.published;
  }

  /** Begins to copy what `publish` is about to need: nothing in the user's repository leads to it before that. */
  carry(commit: string): void {
    const { git, user, control } = this.options;
    const done = copyObjects(git, control, user, commit, [this.published]);
    // Whoever publishes meets the failure.
    done.catch(() => undefined);
    this.carried = { commit, done };
  }

  /** The failure is a clause for the user: why the branch is not at `commit`. */
  async publish(commit: string): Promise<Result<void, string>> {
    if (commit === this.published) return success(undefined);
    const { git, user, control, recorder, trackId } = this.options;
    const copied = this.carried?.commit === commit ? this.carried.done : undefined;
    this.carried = undefined;
    const moved = await publishTrackBranch(git, user, control, trackId, commit, this.published, copied);
    if (!moved.ok) {
      const branch = trackBranchName(trackId);
      return failure(`${branch} is not at ${commit.slice(0, 9)}: ${describe(moved.failure, branch)}`);
    }
    this.published = commit;
    await recorder.record({ type: "branch_published", commit });
    return success(undefined);
  }
}

function describe(failed: PublishFailure, branch: string): string {
  switch (failed.reason) {
    case "checked-out":
      return `it is checked out in ${failed.path}, so switch that to another branch`;
    case "moved":
      return `somebody else moved it meanwhile, so give that a name of its own (git branch -m ${branch} ${branch}-mine)`;
    case "name-taken":
      return `${failed.by} is in the way`;
    case "git":
      return describeLock(failed.failure);
    default:
      return unreachable(failed);
  }
}
