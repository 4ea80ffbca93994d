import type { LoggedCommit } from "../../git/commitLog.ts";
import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Identity } from "../../git/userRepository.ts";

/** Names of the trailers that say what a commit of the branch is. */
const RUN = "Mac-Run";
const TASK = "Mac-Task";
const UNDOES = "Mac-Undoes";

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
    ["Mac-Attempt", String(attempt)],
    ["Mac-Model", model],
  ] as const;
  return withTrailers(`${task.id}: ${task.title}`, trailers);
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

/** The tasks that `commit`, the head of the branch, took back, in no order; empty for any other commit. */
export async function tasksUndoneBy(control: ControlRepository, commit: string): Promise<readonly string[]> {
  const [tip] = await control.commits({ to: commit, limit: 1 });
  return tip?.trailers.get(UNDOES) ?? [];
}

function byTask(commits: readonly LoggedCommit[]): ReadonlyMap<string, string> {
  const landed = commits.flatMap(({ id, trailers }) => (trailers.get(TASK) ?? []).map((task) => [task, id] as const));
  return new Map(landed);
}

function withTrailers(text: string, trailers: readonly (readonly [string, string])[]): string {
  return `${text}\n\n${trailers.map(([name, value]) => `${name}: ${value}`).join("\n")}\n`;
}
