import { ATTEMPT, CHECKPOINT, MODEL, RUN, TASK, withTrailers } from "../../git/commitTrailers.ts";

/** What a checkpoint's commit says of itself, so that it can be told from any other without a journal. */
export interface CheckpointFacts {
  readonly runId: string;
  readonly task: string;
  readonly attempt: number;
  /** What `rollback --checkpoint` names. */
  readonly id: string;
  readonly cause: string;
  readonly model?: string | undefined;
  /** Version of the prompt (D1). */
  readonly prompt?: string | undefined;
  /** Digest of what the agent was sent. */
  readonly sent?: string | undefined;
  readonly seed?: number | undefined;
  /** Version of the task's spec. */
  readonly spec?: string | undefined;
}

export function checkpointMessage(facts: CheckpointFacts): string {
  const { attempt, cause, id, model, prompt, runId, seed, sent, spec, task } = facts;
  const trailers: readonly (readonly [string, string | undefined])[] = [
    [RUN, runId],
    [TASK, task],
    [ATTEMPT, String(attempt)],
    [CHECKPOINT, id],
    ["Mac-Cause", cause],
    [MODEL, model],
    ["Mac-Prompt", prompt],
    ["Mac-Sent", sent],
    ["Mac-Seed", seed?.toString()],
    ["Mac-Spec", spec],
  ];
  const known = trailers.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return withTrailers(`${task}: checkpoint, ${cause}`, known);
}
