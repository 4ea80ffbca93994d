import { withTrailers } from "../landing/landingCommits.ts";

/** What a checkpoint's commit says of itself, so that it can be told from any other without a journal. */
export interface CheckpointFacts {
  readonly runId: string;
  readonly task: string;
  readonly attempt: number;
  /** What `rollback --checkpoint` names. */
  readonly id: string;
  readonly cause: string;
  readonly model?: string | undefined;
  /** Digest of what the agent was sent. */
  readonly prompt?: string | undefined;
  readonly seed?: number | undefined;
  /** Version of the task's spec. */
  readonly spec?: string | undefined;
}

/** The trailer that holds the id. */
export const CHECKPOINT = "Mac-Checkpoint";

export function checkpointMessage(facts: CheckpointFacts): string {
  const { attempt, cause, id, model, prompt, runId, seed, spec, task } = facts;
  const trailers: readonly (readonly [string, string | undefined])[] = [
    ["Mac-Run", runId],
    ["Mac-Task", task],
    ["Mac-Attempt", String(attempt)],
    [CHECKPOINT, id],
    ["Mac-Cause", cause],
    ["Mac-Model", model],
    ["Mac-Prompt", prompt],
    ["Mac-Seed", seed?.toString()],
    ["Mac-Spec", spec],
  ];
  const known = trailers.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return withTrailers(`${task}: checkpoint, ${cause}`, known);
}
