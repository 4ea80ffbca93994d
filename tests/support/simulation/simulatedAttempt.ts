import { failure, type Result, success } from "../../../src/core/result.ts";
import { checkpointName } from "../../../src/implementation/attempts/answers.ts";
import type { Attempt, AttemptSurroundings } from "../../../src/implementation/attempts/attempt.ts";
import type { AttemptFailure } from "../../../src/implementation/attempts/attemptOutcome.ts";
import { SelfCorrection } from "../../../src/implementation/attempts/selfCorrection.ts";
import { captureWork } from "../../../src/implementation/attempts/workCapture.ts";
import type { CapturedWork, TaskState } from "../../../src/recovery/taskState.ts";
import type { Tree } from "./memoryGit.ts";

/** How an agent's turn goes. */
export type Turn =
  | "does it"
  /** Leaves something that passes by itself and fails together with all. */
  | "breaks verify"
  /** Touches what others touch, which the checks of its own work let pass. */
  | "meets others"
  | "writes nothing"
  | "writes elsewhere"
  | "runs out of time"
  | "meets a limit"
  | "asks";

export interface SimulatedAgents {
  readonly turnOf: (task: string) => Turn;
  readonly worktrees: Map<string, Tree>;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /** Told when a model has met its limit. */
  readonly onLimit: () => void;
}

/** A file that several tasks may write: in nobody's way but another's. */
const SHARED = "src/shared.ts";

/**
 * One attempt as `attemptTask` makes it, with an agent that takes its time and no host, shell or file. What it leaves is
 * captured, examined and corrected by the real parts.
 */
export async function simulatedAttempt(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
  agents: SimulatedAgents,
): Promise<Result<CapturedWork | "asked", AttemptFailure>> {
  const { recorder, setup, signal } = surroundings;
  const { base, continues, number, slot, task } = attempt;
  const place = { task: task.id, attempt: number };
  const from = continues === undefined ? {} : { continues: { attempt: continues.attempt, commit: continues.commit } };
  await recorder.record({ type: "attempt_started", ...place, slot: slot.number, base, model: "m/m", ...from });
  await setup.prepare(slot, continues?.commit ?? base);

  const correction = new SelfCorrection(attempt, surroundings, (look) => look());
  if (continues?.isWhole === true && (await correction.isDoneAlready())) return correction.outcome ?? interrupted();
  if (signal.aborted) return interrupted();
  await recorder.record({ type: "session_opened", ...place, session: `s-${task.id}-${number}` });

  const turn = agents.turnOf(task.id);
  await agents.wait(agents.random() * 30_000, signal);
  if (!signal.aborted) write(attempt, agents, turn === "does it" ? "half" : turn);
  if (turn === "asks" || agents.random() < 0.3) await takeCheckpoint(attempt, surroundings, "burst");
  await agents.wait(agents.random() * 30_000, signal);

  const finish = (status: "success" | "timeout" | "error" | "checkpoint") =>
    recorder.record({ type: "agent_finished", ...place, status, tokens: 1, cost_usd: 0, duration_ms: 1 });
  const failedAs = async (status: "timeout" | "error", failed: AttemptFailure) => {
    await finish(status);
    await captureWork(attempt, surroundings, true);
    return failure(failed);
  };
  if (signal.aborted) return failedAs("error", { reason: "interrupted" });
  switch (turn) {
    case "asks": {
      const checkpoint = checkpointName(recorder.runId, task.id, number);
      await recorder.record({ type: "question_asked", ...place, checkpoint, question: "Which?", options: ["a", "b"] });
      await finish("checkpoint");
      return success("asked");
    }
    case "runs out of time":
      return failedAs("timeout", { reason: "agent_timeout", message: "it took too long", isIdle: false });
    case "meets a limit":
      agents.onLimit();
      return failedAs("error", {
        reason: "agent_failed",
        failure: { reason: "rate_limited", message: "429", retryable: true },
      });
    default:
  }
  if (turn === "does it") write(attempt, agents, "whole");
  while ((await correction.followUp()) !== undefined) await agents.wait(1_000, signal);
  await finish("success");
  return correction.outcome ?? interrupted();
}

function interrupted(): Result<never, AttemptFailure> {
  return failure({ reason: "interrupted" });
}

function write({ slot, task }: Attempt, { worktrees }: SimulatedAgents, what: Turn | "half" | "whole"): void {
  const before = worktrees.get(slot.directory) ?? {};
  const own = `src/${task.id}.ts`;
  switch (what) {
    case "writes nothing":
      return;
    case "writes elsewhere":
      worktrees.set(slot.directory, { ...before, "elsewhere.ts": task.id });
      return;
    case "breaks verify":
      worktrees.set(slot.directory, { ...before, [own]: "broken" });
      return;
    case "meets others":
      worktrees.set(slot.directory, { ...before, [own]: "whole", [SHARED]: task.id });
      return;
    default:
      worktrees.set(slot.directory, { ...before, [own]: what === "whole" ? "whole" : "half" });
  }
}

async function takeCheckpoint({ base, number, slot, task }: Attempt, surroundings: AttemptSurroundings, cause: string) {
  const { author, control, recorder } = surroundings;
  const state: TaskState | undefined = recorder.state.tasks.get(task.id);
  const tree = await control.snapshot(slot.directory, { base, indexFile: "" });
  const parent = state?.latest ?? base;
  if (tree === (await control.treeOf(parent))) return;
  const count = (state?.checkpoints ?? []).filter((one) => one.attempt === number).length + 1;
  const commit = await control.commit({ tree, parents: [parent], message: `checkpoint ${count}`, author });
  const ref = `refs/mac/checkpoints/${recorder.runId}/${task.id}/${number}/${count}`;
  await control.pin(ref, commit);
  const id = `${checkpointName(recorder.runId, task.id, number)}-c${count}`;
  await recorder.record({ type: "checkpoint_taken", task: task.id, attempt: number, id, commit, ref, cause });
}
