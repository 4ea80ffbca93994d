import { newRun, type RunState } from "../runState.ts";
import { newTask, type TaskState } from "../taskState.ts";
import type { SessionState, SessionTask } from "./sessionSchema.ts";
import { toState, toVariables } from "./variables.ts";

/** A run's state as named variables: plain data, for `session.json` and for whoever compares states. */
export function publishedState({ tasks, ...run }: RunState): SessionState {
  return { ...publishedRun(run), tasks: [...tasks.values()].map(publishedTask) };
}

/** Everything but the tasks. */
export function publishedRun({ started, ...run }: Omit<RunState, "tasks">): Omit<SessionState, "tasks"> {
  // An event has the names it is published by.
  return { ...(started === undefined ? {} : { started }), ...toVariables(run) };
}

export function publishedTask(task: TaskState): SessionTask {
  return toVariables(task);
}

/** The state that was published. */
export function stateOf({ started, tasks, ...run }: SessionState): RunState {
  const read = tasks.map((task): [string, TaskState] => [task.id, { ...newTask(task.id), ...toState(task) }]);
  return { ...newRun(), ...toState(run), started, tasks: new Map(read) };
}
