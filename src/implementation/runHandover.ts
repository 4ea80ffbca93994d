import { createHash } from "node:crypto";
import type { RunEventOf } from "../recovery/runEvents.ts";
import type { RunState } from "../recovery/runState.ts";
import type { TaskState } from "../recovery/taskState.ts";
import type { Backlog, Task } from "../types.ts";

type TakenOver = RunEventOf<"task_taken_over">;

/** Of the tasks of a run, in their order: as long as one is the same, what an earlier run knows of it still holds. */
export function taskDigests({ tasks }: Backlog, ids: readonly string[]): string[] {
  const known = new Map(tasks.map((task) => [task.id, task]));
  return ids.map((id) => {
    const task = known.get(id);
    return task === undefined ? "" : taskDigest(task);
  });
}

/** What a task says, its status aside. */
function taskDigest({ status: _status, ...task }: Task): string {
  return createHash("sha256").update(JSON.stringify(task)).digest("hex").slice(0, 16);
}

/**
 * What a run hands on to the one that follows it: of each task that says the same as before, what a person answered, and
 * the work its next attempt goes on from. All attempts of the run are closed by now.
 */
export function handedOn(
  { started, tasks }: RunState,
  backlog: Backlog,
  wanted: readonly Pick<Task, "id">[],
): readonly TakenOver[] {
  const ids = wanted.map(({ id }) => id);
  const now = taskDigests(backlog, ids);
  const before = new Map(started?.tasks.map((id, index) => [id, started.task_digests?.[index]]));
  return ids.flatMap((id, index) => {
    const known = tasks.get(id);
    const isSame = before.get(id) !== undefined && before.get(id) === now[index];
    return known === undefined || !isSame ? [] : takenOver(known, started?.run_id ?? "");
  });
}

function takenOver({ id: task, continuation, personAnswer }: TaskState, from_run: string): TakenOver[] {
  if (continuation === undefined && personAnswer === undefined) return [];
  const answer = personAnswer === undefined ? {} : { answer: personAnswer };
  if (continuation === undefined) return [{ type: "task_taken_over", task, from_run, ...answer }];
  const { isWhole: is_whole, ...work } = continuation;
  return [{ type: "task_taken_over", task, from_run, ...answer, continues: { ...work, is_whole } }];
}
