import type { RunState } from "../../recovery/runState.ts";
import type { TaskState } from "../../recovery/taskState.ts";

/** What a person writes to let work land; anything else is a refusal, and its words are what the next attempt is told. */
const APPROVAL = /^(?:approve|approved|yes|y|ok)\.?$/i;

export function isApproval(input: string): boolean {
  return APPROVAL.test(input.trim());
}

/** Names a task's work of one attempt, over all runs of a repository, for `answer --checkpoint`. */
export function checkpointName(runId: string, task: string, attempt: number): string {
  return `${runId.slice(-6)}-${task}-${attempt}`;
}

/** Tasks of a run that wait for a person, in the backlog's order. */
export function waitingForAnswer({ tasks }: RunState): readonly TaskState[] {
  return [...tasks.values()].filter(
    ({ phase, inquiry }) => phase === "awaiting_input" && inquiry?.answer === undefined,
  );
}

/** Whose question at `checkpoint` has been answered, as far as the run still knows. */
export function answeredAt(checkpoint: string, { tasks }: RunState): TaskState | undefined {
  return [...tasks.values()].find(
    ({ inquiry, personAnswer }) =>
      personAnswer?.checkpoint === checkpoint || (inquiry?.checkpoint === checkpoint && inquiry.answer !== undefined),
  );
}
