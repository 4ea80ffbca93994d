import { nothingSpent, type SpawnResult } from "../core/agentRunner.ts";
import { withRetry } from "../core/retry.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Attempt, AttemptSurroundings } from "./attempt.ts";
import type { AttemptFailure } from "./attemptOutcome.ts";

/** Spawning again after a failure that may pass on retry; the work tree stays as it is, so nothing done is lost. */
const RESPAWN = { retries: 3, minDelayMs: 5_000, maxDelayMs: 60_000 } as const;

/**
 * Has an agent work in the attempt's slot, and records its session and what it used. A failure that may pass on retry is
 * tried again, with growing waits, within the time a task may take. Never rejects for an expected failure.
 */
export async function spawnWorker(attempt: Attempt, surroundings: AttemptSurroundings): Promise<SpawnResult> {
  const { onActivity, options, signal } = surroundings;
  let last: SpawnResult | undefined;
  const spawnOnce = async () => {
    last = await spawnAndRecord(attempt, surroundings);
    if (last.status === "error" && last.failure.retryable) throw new RetryableSpawn(last.failure.message);
    return last;
  };
  try {
    return await withRetry(spawnOnce, {
      ...RESPAWN,
      maxTotalMs: options.taskTimeoutSeconds * 1_000,
      mayPassOnRetry: (error) => error instanceof RetryableSpawn,
      onRetry: ({ attempt: failed, error }) =>
        onActivity(attempt.task, { kind: "retry", attempt: failed, message: error.message }),
      signal,
    });
  } catch (error) {
    // The retrying rejects with the signal's reason once that has fired, also when the spawn itself had ended in order.
    if (last !== undefined && (error instanceof RetryableSpawn || signal.aborted)) return last;
    if (signal.aborted) return neverSpawned(attempt);
    throw error;
  }
}

/** Tells the retrying, which knows failures as errors, that the same spawn may pass later. */
class RetryableSpawn extends Error {}

function neverSpawned({ model }: Attempt): SpawnResult {
  return {
    status: "error",
    failure: { reason: "aborted", message: "stopped before the agent began", retryable: false },
    metadata: nothingSpent(model),
  };
}

async function spawnAndRecord(attempt: Attempt, surroundings: AttemptSurroundings): Promise<SpawnResult> {
  const { task, number } = attempt;
  const { options, recorder, runner, onActivity } = surroundings;
  const place = { task: task.id, attempt: number };
  let opened: Promise<void> = Promise.resolve();
  const result = await runner.spawnAgent("worker", attempt.briefing.text, {
    directory: attempt.slot.directory,
    title: `${task.id}: ${task.title}`,
    model: attempt.model,
    timeoutSeconds: options.taskTimeoutSeconds,
    idleTimeoutSeconds: options.idleTimeoutSeconds,
    system: surroundings.system,
    signal: surroundings.signal,
    onActivity: (activity) => {
      if (activity.kind === "opened") {
        opened = recorder.record({ type: "session_opened", ...place, session: activity.sessionID });
        // Awaited once the agent has ended; a journal that breaks before then must not end the host's process.
        opened.catch(() => undefined);
      }
      onActivity(task, activity);
    },
  });
  await opened;
  await recorder.record({
    type: "agent_finished",
    ...place,
    status: result.status,
    ...messageOfEnding(result),
    tokens: result.metadata.tokensUsed,
    cost_usd: result.metadata.costUsd,
    duration_ms: result.metadata.durationMs,
  });
  return result;
}

function messageOfEnding(result: SpawnResult): { readonly message?: string } {
  switch (result.status) {
    case "success":
      return {};
    case "timeout":
      return { message: result.message };
    case "error":
      return { message: result.failure.message };
    case "checkpoint":
      return { message: result.checkpoint.message };
    default:
      return unreachable(result);
  }
}

/** What the agent's ending alone means for the attempt; undefined: nothing against it. */
export function failureOfSpawn(result: SpawnResult): AttemptFailure | undefined {
  switch (result.status) {
    case "success":
      return undefined;
    case "timeout":
      return { reason: "agent_timeout", message: result.message };
    case "error":
      return { reason: "agent_failed", failure: result.failure };
    case "checkpoint":
      return { reason: "agent_timeout", message: `it asked a person: ${result.checkpoint.message}` };
    default:
      return unreachable(result);
  }
}
