import type { Task } from "../../types.ts";

/** H4. Fields of the event that says where a task landed: why git alone cannot take it back; none: it can. */
export function irreversibleOf(task: Pick<Task, "network"> | undefined): { readonly irreversible?: string } {
  return task?.network === true ? { irreversible: "its commands had the network: what they did outside stays" } : {};
}
