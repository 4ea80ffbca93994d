import type { Hold } from "../../core/hold.ts";
import { messageOf } from "../../core/refusal.ts";
import { ContextDriftDetector } from "../../monitoring/contextDriftDetector.ts";
import { driftMessage } from "../../monitoring/driftMessage.ts";
import { isInAttempt } from "../../recovery/taskState.ts";
import type { Task } from "../../types.ts";
import { checkpointName } from "../attempts/answers.ts";
import type { Attempt, AttemptSurroundings } from "../attempts/attempt.ts";
import { AttemptCheckpoints } from "../checkpoints/attemptCheckpoints.ts";
import { AgentHold, type AgentHoldOptions } from "./agentHold.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Notices } from "./notices.ts";
import { decideAmendment } from "./scopeAmendments.ts";
import { TaskSupervisor } from "./taskSupervisor.ts";
import { ToolLock } from "./toolLock.ts";
import { WriteFence } from "./writeFence.ts";

/** An attempt's supervisor, ready to be handed to a host. */
export interface Watch {
  readonly supervisor: TaskSupervisor;
  /** Fires when the run is stopped, or the agent is by its supervisor. */
  readonly signal: AbortSignal;
  /** Holds while a person wants the agent to stand still. */
  readonly hold: Hold;
  /** Saves what there is, and says why. */
  readonly checkpoint: (cause: string) => Promise<void>;
  /** Saves what an agent left that was cut off; none of its tools runs any more. */
  readonly checkpointAfter: (cause: string) => Promise<void>;
  /** Saves what there is and looks at it when the agent has come to rest: alone, and instead of what was to be saved. */
  readonly whileAtRest: <Value>(look: () => Promise<Value>) => Promise<Value>;
  /** Must be called once the agent has ended. */
  readonly end: () => Promise<void>;
}

/** Puts together everything that watches over one attempt. */
export function superviseAttempt(attempt: Attempt, surroundings: AttemptSurroundings): Watch {
  const { task, number, slot, scope } = attempt;
  const { recorder, onActivity } = surroundings;
  const place = { task: task.id, attempt: number };
  const stopped = new AbortController();
  const signal = AbortSignal.any([surroundings.signal, stopped.signal]);
  const warn = (message: string) => onActivity(task, { kind: "notice", message });
  const lock = new ToolLock();
  const attemptCheckpoints = new AttemptCheckpoints(attempt, surroundings);
  const checkpoints = new Checkpoints({
    lock,
    take: (cause) => attemptCheckpoints.take(cause),
    onTaken: (checkpoint) => supervisor.onCheckpoint(checkpoint),
    onFailed: (error) => warn(`a checkpoint could not be taken: ${messageOf(error)}`),
  });
  const notices = new Notices({
    messageOf: (id, signals) => driftMessage({ id, task: task.id, signals, scope: scope.entries }),
    onSent: (id, delivery) => {
      recorder.record({ type: "message_sent", ...place, message_id: id, delivery }).catch(() => undefined);
    },
    onLost: (error) => warn(`a message did not reach its agent: ${messageOf(error)}`),
    onIgnored: (id) => supervisor.onIgnoredNotice(id),
  });
  const hold = holdOfAttempt(attempt, surroundings, {
    settle: async () => {
      await supervisor.atRest();
      await checkpoints.now("pause");
    },
    signal,
  });
  const supervisor = new TaskSupervisor({
    ...place,
    checkpoint: checkpointName(recorder.runId, task.id, number),
    worktree: slot.directory,
    scope,
    fence: new WriteFence(slot.directory, scope),
    hold,
    lock,
    checkpoints,
    notices,
    drift: new ContextDriftDetector({
      mayWrite: scope.mayWrite,
      files: task.files,
      reads: task.reads,
      words: wordsOf(task),
      estimate: surroundings.estimateOf(task),
    }),
    amend: (request) => decideAmendment(request, task, surroundings.tasks(), recorder.state),
    record: (event) => recorder.record(event),
    stop: () => stopped.abort(),
    warn,
  });
  return {
    supervisor,
    signal,
    hold: hold.asHold,
    checkpoint: (cause) => checkpoints.now(cause),
    checkpointAfter: (cause) => {
      supervisor.noteToolsEnded();
      return checkpoints.now(cause);
    },
    whileAtRest: async (look) => {
      // An agent at rest runs none: the end of one that is still counted was not told, and will not be.
      supervisor.noteToolsEnded();
      await checkpoints.rest();
      await checkpoints.now("rest");
      return lock.whileStill(look);
    },
    end: async () => {
      supervisor.noteToolsEnded();
      await hold.end();
      await supervisor.end();
    },
  };
}

/** Holds an attempt's agent while a person wants its run or its task to stand still. */
export function holdOfAttempt(
  { task, number }: Attempt,
  { recorder }: AttemptSurroundings,
  means: Pick<AgentHoldOptions, "settle" | "signal">,
): AgentHold {
  const stateNow = () => recorder.state.tasks.get(task.id);
  return new AgentHold({
    ...means,
    isWanted: () => (recorder.state.pausedBecause ?? stateNow()?.pausedBecause) !== undefined,
    subscribe: (listener) => recorder.events.onAny(listener),
    record: async (type) => {
      const state = stateNow();
      if (state !== undefined && isInAttempt(state)) await recorder.record({ type, task: task.id, attempt: number });
    },
  });
}

/** What is the task's own in what its agent was told. */
function wordsOf({ title, description, context, acceptance }: Task): string {
  return [title, description, context, ...acceptance.map((check) => check.run)].join("\n");
}
