import { takeRequests } from "../../recovery/inbox.ts";
import type { RunState } from "../../recovery/runState.ts";
import type { TaskState } from "../../recovery/taskLife.ts";
import type { RunRecorder } from "../runRecorder.ts";

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
    ({ phase, approval }) => phase === "awaiting_input" && approval?.answer === undefined,
  );
}

/** Makes facts of the answers that were left for a run. @returns ids of the tasks that were answered */
export async function takeAnswers(runDirectory: string, recorder: RunRecorder): Promise<readonly string[]> {
  const answered: string[] = [];
  await takeRequests(runDirectory, async (requests) => {
    // Who answers twice before anybody has listened means what was said last.
    const latest = new Map(requests.map(({ checkpoint, input }) => [checkpoint, input]));
    for (const [checkpoint, input] of latest) {
      const task = waitingForAnswer(recorder.state).find(({ approval }) => approval?.checkpoint === checkpoint);
      // Answered before, or to an attempt that is over: `answer` itself refuses that.
      if (task === undefined) continue;
      const approved = isApproval(input);
      await recorder.record({
        type: "answer_given",
        task: task.id,
        checkpoint,
        approved,
        input: input.slice(0, 2_000),
      });
      answered.push(task.id);
    }
  });
  return answered;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Takes up what is answered while a run goes on, until the returned function is called; that resolves once nothing is
 * being taken up any more.
 */
export function watchForAnswers(
  runDirectory: string,
  recorder: RunRecorder,
  onTrouble: (error: unknown) => void,
): () => Promise<void> {
  let looking: Promise<unknown> = Promise.resolve();
  const look = () => {
    if (waitingForAnswer(recorder.state).length === 0) return;
    looking = looking.then(() => takeAnswers(runDirectory, recorder)).catch(onTrouble);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}
