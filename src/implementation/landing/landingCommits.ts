import type { LoggedCommit } from "../../git/commitLog.ts";
import { ATTEMPT, CHECKPOINT, MODEL, RETURNS_TO, RUN, TASK, UNDOES, withTrailers } from "../../git/commitTrailers.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Identity } from "../../git/userRepository.ts";
import type { LandedTask } from "./trackHistory.ts";

/** With `UNDOES` and `RETURNS_TO` the trailers that only commits of the branch have. */
const RESTORES = "Mac-Restores";

/** One task landed, or taken back, as a commit whose parent is the step before it, the first one's the branch's head. */
export interface StepCommit {
  readonly task: string;
  readonly commit: string;
  readonly tree: string;
}

/** What lands one task's work. */
export function landingMessage(landing: {
  readonly task: { readonly id: string; readonly title: string };
  readonly runId: string;
  readonly attempt: number;
  readonly model: string;
}): string {
  const { attempt, model, runId, task } = landing;
  const trailers = [
    [RUN, runId],
    [TASK, task.id],
    [ATTEMPT, String(attempt)],
    [MODEL, model],
  ] as const;
  return withTrailers(`${task.id}: ${task.title}`, trailers);
}

/** What a commit says that it landed; undefined: it is no landing. */
export function landedAs({
  trailers,
}: LoggedCommit): { readonly run: string; readonly task: string; readonly attempt: number } | undefined {
  const [run] = trailers.get(RUN) ?? [];
  const [task] = trailers.get(TASK) ?? [];
  const [attempt] = trailers.get(ATTEMPT) ?? [];
  if (trailers.has(CHECKPOINT)) return undefined;
  return run === undefined || task === undefined ? undefined : { run, task, attempt: Number(attempt) };
}

/** What joins the commits of tasks that were verified together. */
export function mergeMessage(tasks: readonly string[], runId: string): string {
  return withTrailers(`Land ${tasks.join(", ")}, verified together`, [[RUN, runId]]);
}

/** What takes landed tasks back; `subject` is one line. */
export function undoMessage(subject: string, because: string, tasks: readonly string[]): string {
  return withTrailers(
    `${subject}\n\n${because}`,
    tasks.map((task) => [UNDOES, task] as const),
  );
}

/** What makes the branch what it was at `commit`. */
export function returnMessage(
  { commit, subject }: { readonly commit: string; readonly subject: string },
  because: string,
  { undone, restored }: { readonly undone: readonly LandedTask[]; readonly restored: readonly LandedTask[] },
): string {
  return withTrailers(`Roll back to ${commit.slice(0, 9)} (${subject})\n\n${because}`, [
    [RETURNS_TO, commit],
    ...undone.map(({ task }) => [UNDOES, task] as const),
    // Where a task's own work is, which an earlier commit landed.
    ...restored.map(({ task, commit: own }) => [RESTORES, `${task} ${own}`] as const),
  ]);
}

/**
 * The commit for the branch that brings all the steps: of one its own commit; of several a merge whose first parent is
 * the head and whose second is the last step, so that only what is verified is on the first-parent way.
 */
export async function joinSteps(
  control: ControlRepository,
  author: Identity,
  head: string,
  steps: readonly StepCommit[],
  message: string,
): Promise<string> {
  const last = steps.at(-1);
  if (last === undefined) throw new Error("there is nothing to bring to the branch");
  if (steps.length === 1) return last.commit;
  return control.commit({ tree: last.tree, parents: [head, last.commit], message, author });
}

/** The commit of each task that `commit`, a commit of the branch, landed: its own, or those it merged. */
export async function tasksLandedBy(control: ControlRepository, commit: string): Promise<ReadonlyMap<string, string>> {
  const [tip] = await control.commits({ to: commit, limit: 1 });
  const [head, last] = tip?.parents ?? [];
  if (tip === undefined || head === undefined || last === undefined) return byTask(tip === undefined ? [] : [tip]);
  return byTask(await control.commits({ from: head, to: last }));
}

/** What a commit of the branch took back, and what of that it brought back. */
export interface RolledBack {
  readonly undone: readonly string[];
  readonly restored: readonly Pick<LandedTask, "task" | "commit">[];
}

/** What `commit`, the head of the branch, says it rolled back; nothing for any other commit. */
export async function rolledBackBy(control: ControlRepository, commit: string): Promise<RolledBack> {
  const [tip] = await control.commits({ to: commit, limit: 1 });
  const restored = (tip?.trailers.get(RESTORES) ?? []).flatMap((value) => {
    const [task, own] = value.split(" ");
    return task === undefined || own === undefined ? [] : [{ task, commit: own }];
  });
  return { undone: tip?.trailers.get(UNDOES) ?? [], restored };
}

function byTask(commits: readonly LoggedCommit[]): ReadonlyMap<string, string> {
  const landed = commits.map((commit) => [landedAs(commit)?.task, commit.id] as const);
  return new Map(landed.flatMap(([task, id]) => (task === undefined ? [] : [[task, id] as const])));
}
