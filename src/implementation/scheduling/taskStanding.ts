import type { RunState } from "../../recovery/runState.ts";
import type { TaskState } from "../../recovery/taskState.ts";
import type { Task } from "../../types.ts";
import type { Standing } from "./readyTasks.ts";

export interface StandingSources {
  readonly tasks: readonly Task[];
  readonly state: () => RunState;
  /** Of ids that are not among `tasks`. */
  readonly alreadyComplete: ReadonlySet<string>;
  readonly alreadyFailed: ReadonlySet<string>;
}

/** What each id means now: by the journal, and for tasks that are not the pool's by what is known of them outside. */
export function standings(sources: StandingSources): (id: string) => Standing {
  const own = new Set(sources.tasks.map(({ id }) => id));
  return (id) => {
    const state = sources.state().tasks.get(id);
    const standing = standingOf(state);
    // What is known outside of one that was taken back is from before that.
    if (own.has(id) || state?.isHeldBack === true) return standing;
    if (sources.alreadyComplete.has(id) || standing === "complete") return "complete";
    return sources.alreadyFailed.has(id) || standing === "broken" ? "broken" : "pending";
  };
}

/** A person has answered: somebody has to land the work, to close its attempt, or to begin the next with the answer. */
function isAnswered({ phase, inquiry }: TaskState): boolean {
  return (phase === "awaiting_input" || phase === "verifying") && inquiry?.answer !== undefined;
}

/** Ids of those that somebody has to go on with so. */
export function answeredTasks({ tasks }: RunState): readonly string[] {
  return [...tasks.values()].filter(isAnswered).map(({ id }) => id);
}

function standingOf(state: TaskState | undefined): Standing {
  if (state?.isHeldBack === true) return "pending";
  switch (state?.phase) {
    case "complete":
      return "complete";
    case "failed":
    case "skipped":
      return "broken";
    case "ready":
    case "retrying":
      return "waiting";
    case "awaiting_input":
      return isAnswered(state) ? "waiting" : "pending";
    // Work that has passed, of a process that died: somebody has to land it. (While somebody does, it is taken.)
    case "verifying":
    case "landing":
      return state.verified ? "waiting" : "pending";
    default:
      return "pending";
  }
}
