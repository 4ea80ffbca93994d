import { failure, type Result, success } from "../../core/result.ts";
import type { LoggedCommit } from "../../git/commitLog.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { trackBranchName } from "../../git/trackBranch.ts";
import { toPlainLine } from "../../monitoring/terminalText.ts";
import type { Backlog } from "../../types.ts";
import type { TrackHistory, TrackRange } from "./trackHistory.ts";

/** Where the branch has been. */
export interface BranchPast {
  /** See `firstParentWay`. */
  readonly way: readonly LoggedCommit[];
  readonly range: TrackRange;
  readonly history: TrackHistory;
}

/** An id, or as much of one as git takes for an abbreviation. */
const COMMIT = /^[0-9a-f]{4,64}$/i;
/** A list is there to remind, not to be complete. */
const MOST_NAMED = 8;

/** The commits of the branch that were verified one by one, newest first, and last the one the track began at. */
export async function firstParentWay(
  control: ControlRepository,
  base: string,
  head: string,
): Promise<readonly LoggedCommit[]> {
  return [...(await control.commits({ from: base, to: head })), ...(await control.commits({ to: base, limit: 1 }))];
}

/** The commit that `--to` names: the one a task landed with, also where it was taken back since, or one by its id. */
export function findTarget(
  to: string,
  { way, range, history }: BranchPast,
  { backlog, trackId }: { readonly backlog: Pick<Backlog, "tasks">; readonly trackId: string },
): Result<string, string> {
  const branch = trackBranchName(trackId);
  const landings = history.steps.flatMap((step) =>
    step.kind === "landed" && range.commits.has(step.head) ? [step] : [],
  );
  const landing = landings.findLast(({ task }) => task === to);
  if (landing !== undefined) return success(landing.head);
  const [found, another] = COMMIT.test(to) ? way.filter(({ id }) => id.startsWith(to.toLowerCase())) : [];
  if (another !== undefined) return failure(`${to} is the beginning of several commits of ${branch}: give more of it.`);
  if (found !== undefined) return success(found.id);

  const task = backlog.tasks.find(({ id }) => id === to);
  if (task !== undefined) {
    const tasks = listed([...new Set(landings.map((step) => step.task))]);
    return failure(`${to} has not landed on ${branch} (${task.status}); what has: ${tasks}. Nothing was changed.`);
  }
  const commits = listed(way.map(({ id, subject }) => `${id.slice(0, 9)} (${toPlainLine(subject)})`));
  const what = COMMIT.test(to) ? `No commit ${to} is on ${branch}` : `'${to}' is no task, and no commit of ${branch}`;
  return failure(`${what}; the latest are ${commits}. Nothing was changed.`);
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  const more = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : "";
  return `${names.slice(0, MOST_NAMED).join(", ")}${more}`;
}
