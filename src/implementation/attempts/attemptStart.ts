import type { ControlRepository } from "../../git/controlRepository.ts";
import type { Continuation, TaskState } from "../../recovery/taskState.ts";
import { soundContinuation } from "../checkpoints/soundness.ts";
import type { TaskPast } from "./taskPast.ts";

/** Where an attempt begins. */
export interface AttemptStart {
  /** The commit its work is measured against. */
  readonly base: string;
  readonly continues: Continuation | undefined;
  readonly past: TaskPast;
}

/**
 * At the head of the track, clean; or, where an earlier attempt was cut off by something that was not its fault, with what
 * that had saved, as long as control.git still has it and the branch what it was made from.
 */
export async function startOfAttempt(task: TaskState, head: string, control: ControlRepository): Promise<AttemptStart> {
  const { personAnswer } = task;
  const clean = { base: head, continues: undefined, past: { continuedPaths: undefined, answer: personAnswer } };
  const continuation = await soundContinuation(task, control);
  if (continuation === undefined) return clean;
  const paths = await control.changedPaths(continuation.base, continuation.commit);
  const isPossible = paths !== undefined && paths.length > 0 && (await control.isAncestor(continuation.base, head));
  if (!isPossible) return clean;
  return {
    base: continuation.base,
    continues: continuation,
    past: { continuedPaths: paths, answer: personAnswer },
  };
}
