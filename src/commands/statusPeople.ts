import { waitingForAnswer } from "../implementation/attempts/answers.ts";
import type { LockHolder } from "../recovery/lockHolder.ts";
import type { OwnerSummary, QuestionSummary } from "./statusDocument.ts";
import type { ShownRun } from "./statusScene.ts";

export function summariseOwner({ pid, host, since, purpose }: LockHolder): OwnerSummary {
  return { pid, host, since: new Date(since).toISOString(), purpose, look: `ps -fp ${pid}` };
}

/** What a run's tasks, or one of them, ask a person who has not answered yet. A finished run waits for nobody. */
export function questionsOf(run: ShownRun | undefined, only: string | undefined): QuestionSummary[] {
  if (run === undefined || run.state.outcome !== undefined) return [];
  return waitingForAnswer(run.state).flatMap(({ id, inquiry }) => {
    if (inquiry === undefined || (only !== undefined && only !== id)) return [];
    if (run.answered.has(inquiry.checkpoint)) return [];
    const { checkpoint, kind, question, options, reasons } = inquiry;
    return [{ task: id, checkpoint, kind, question, options: [...options], reasons: [...reasons] }];
  });
}
