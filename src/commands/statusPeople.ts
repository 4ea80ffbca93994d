import { waitingForAnswer } from "../implementation/attempts/answers.ts";
import type { LockHolder } from "../recovery/lockHolder.ts";
import type { RunState } from "../recovery/runState.ts";
import type { OwnerSummary, QuestionSummary } from "./statusDocument.ts";

export function summariseOwner({ pid, host, since, purpose }: LockHolder): OwnerSummary {
  return { pid, host, since: new Date(since).toISOString(), purpose, look: `ps -fp ${pid}` };
}

/** What a run's tasks, or one of them, ask a person. A finished run waits for nobody. */
export function questionsOf(run: RunState | undefined, only: string | undefined): QuestionSummary[] {
  if (run === undefined || run.outcome !== undefined) return [];
  return waitingForAnswer(run).flatMap(({ id, inquiry }) => {
    if (inquiry === undefined || (only !== undefined && only !== id)) return [];
    const { checkpoint, kind, question, options, reasons } = inquiry;
    return [{ task: id, checkpoint, kind, question, options: [...options], reasons: [...reasons] }];
  });
}
