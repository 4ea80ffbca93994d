import { currentBranch } from "../git/userRepository.ts";
import {
  type LandedTask,
  landedIn,
  readTrackHistory,
  type TrackHistory,
} from "../implementation/landing/trackHistory.ts";
import type { StatusRow } from "./statusDocument.ts";
import type { StatusScene } from "./statusScene.ts";

type Rollback = NonNullable<StatusRow["rollback"]>;

/**
 * H4. By task, whether git alone can take back all that it landed: not what its commands did outside, and not where the
 * user's branch has it by now, which is looked up, since a person may have merged it by hand.
 */
export async function readRollbacks(scene: StatusScene): Promise<ReadonlyMap<string, Rollback>> {
  // A journal that cannot be read is told of elsewhere.
  const history = await readTrackHistory(scene.state.runs, scene.trackId);
  if (!history.ok) return new Map();
  const { steps } = history.value;
  if (steps.length === 0) return new Map();
  const [inUse, branch] = await Promise.all([commitsInUse(history.value, scene), currentBranch(scene.git, scene.root)]);
  const where = (one: LandedTask) => (inUse.has(one.commit) ? (branch ?? "your commit") : one.heldBy);
  return new Map(landedIn(history.value).map((one) => [one.task, rollbackOf(one, where(one))]));
}

function rollbackOf({ irreversible }: LandedTask, holder: string | undefined): Rollback {
  const reasons = [
    ...(irreversible === undefined ? [] : [irreversible]),
    ...(holder === undefined ? [] : [`${holder} has it`]),
  ];
  return reasons.length === 0 ? { possible: true, because: null } : { possible: false, because: reasons.join("; ") };
}

/** What the user's commit holds since the track began. */
async function commitsInUse({ bases }: TrackHistory, { git, root }: StatusScene): Promise<ReadonlySet<string>> {
  for (const base of new Set(bases)) {
    // A base that nothing leads to any more may be gone: the next one is.
    const listed = await git.run(["rev-list", "HEAD", `^${base}`, "--"], { cwd: root });
    if (listed.ok) return new Set(listed.value.split("\n"));
  }
  return new Set();
}
