import type { ControlRepository } from "../../git/controlRepository.ts";
import type { TaskState } from "../../recovery/taskState.ts";

/**
 * Keeps what a task's latest attempt left under a private ref of control.git, so that it can still be looked at once
 * the slot has been made anew. @returns the ref, or undefined when the attempt left nothing
 */
export async function archiveAttempt(
  control: ControlRepository,
  runId: string,
  { id, attempts, work, base }: TaskState,
): Promise<string | undefined> {
  if (work === undefined || work.commit === base) return undefined;
  const ref = `refs/mac/attempts/${runId}/${id}/${attempts}`;
  await control.pin(ref, work.commit);
  return ref;
}
