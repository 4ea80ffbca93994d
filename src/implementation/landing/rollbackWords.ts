import { DEFAULT_BACKLOG_FILE } from "../../backlog/backlogDocument.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { trackBranchName } from "../../git/trackBranch.ts";
import type { UserRepository } from "../../git/userRepository.ts";
import { toPlainLine } from "../../monitoring/terminalText.ts";
import type { PreparedRollback } from "./compensation.ts";
import type { RollbackPlan } from "./rollbackPlan.ts";

export interface RollbackPlace {
  readonly control: ControlRepository;
  readonly user: Pick<UserRepository, "branch" | "head">;
  readonly trackId: string;
  /** As the user knows it. */
  readonly backlogFile: string;
}

/** What was rolled back, what that does not reach, and the line that takes the rollback back. For a person. */
export async function describeRollback(done: PreparedRollback, place: RollbackPlace): Promise<string> {
  const { plan } = done;
  return [
    ...whatChanged(done, place),
    ...(await whatUserHolds(done, place)),
    ...whatStaysOutside(plan),
    ...(plan.undone.length === 0 ? [] : [`To do it again: ${implementLine(place)}`]),
    `To take this rollback back: ${rollbackLine(plan.head, place)}`,
  ].join("\n");
}

/** The command line that makes the branch what it was at `commit`. */
export function rollbackLine(
  commit: string,
  { trackId, backlogFile }: Omit<RollbackPlace, "control" | "user">,
): string {
  const track = backlogFile === DEFAULT_BACKLOG_FILE ? "" : ` --track_id=${trackId}`;
  return `opencode run rollback -- --to=${short(commit)}${track}`;
}

function implementLine({ backlogFile }: RollbackPlace): string {
  const flag = backlogFile === DEFAULT_BACKLOG_FILE ? "" : ` -- --backlog_file=${backlogFile}`;
  return `opencode run implement${flag}`;
}

function whatChanged({ plan, commit }: PreparedRollback, { trackId }: RollbackPlace): readonly string[] {
  const { manner, ofPeople, restored, undone } = plan;
  const branch = trackBranchName(trackId);
  const gone = undone.map(({ task }) => task).toReversed();
  if (manner.kind === "reverse") {
    return [`Undone on ${branch} (${short(commit)}), verified: ${gone.join(", ")}, pending again.`];
  }
  const people = ofPeople.map(({ id, subject }) => `${short(id)} (${toPlainLine(subject)})`);
  const back = restored.map(({ task }) => task);
  const replaced = back.filter((task) => gone.includes(task));
  const pending = gone.filter((task) => !replaced.includes(task));
  const complete = back.filter((task) => !replaced.includes(task));
  return [
    `${branch} is again what it was at ${short(manner.commit)} (${toPlainLine(manner.subject)}), by ${short(commit)}, verified.`,
    ...(pending.length === 0 ? [] : [`Undone: ${pending.join(", ")}, pending again.`]),
    ...(complete.length === 0 ? [] : [`Brought back: ${complete.join(", ")}, complete again.`]),
    ...(replaced.length === 0 ? [] : [`With the work they had then: ${replaced.join(", ")}.`]),
    ...(people.length === 0 ? [] : [`Taken back with it, commits of people: ${people.join(", ")}.`]),
  ];
}

/** We never move the user's own branch back: what can be done about it is for the user to do (H4). */
async function whatUserHolds(
  { plan, commit }: PreparedRollback,
  { control, trackId, user }: RollbackPlace,
): Promise<readonly string[]> {
  const inUse = await Promise.all(plan.undone.map((one) => control.isAncestor(one.commit, user.head)));
  if (!inUse.includes(true)) return [];
  const where = user.branch ?? "Your commit";
  const aside = (await control.isAncestor(user.head, commit)) ? "" : ` (${where} has gone on since: it may conflict)`;
  return [`${where} still holds the work; to take the undoing there: git merge ${trackBranchName(trackId)}${aside}`];
}

function whatStaysOutside({ undone }: RollbackPlan): readonly string[] {
  const lasting = undone.flatMap(({ task, irreversible }) =>
    irreversible === undefined ? [] : [`${task} (${irreversible})`],
  );
  return lasting.length === 0 ? [] : [`Not undone, since it lies outside git: ${lasting.join(", ")}.`];
}

function short(commit: string): string {
  return commit.slice(0, 9);
}
