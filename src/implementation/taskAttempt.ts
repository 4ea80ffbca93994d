import { join } from "node:path";
import type { Options } from "../config.ts";
import type { AgentActivity, AgentRunner, SpawnResult } from "../core/agentRunner.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import { failure, type Result, success } from "../core/result.ts";
import { withRetry } from "../core/retry.ts";
import { unreachable } from "../core/unreachable.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { GitError } from "../git/gitFailure.ts";
import type { Slot } from "../git/slot.ts";
import type { Identity } from "../git/userRepository.ts";
import type { CapturedWork } from "../recovery/taskLife.ts";
import type { ModelRef, Task } from "../types.ts";
import { type FailedCheck, firstFailedCheck } from "../verification/commandCheck.ts";
import { violations } from "../verification/evidence.ts";
import { type AttemptFailure, describeFailure } from "./attemptOutcome.ts";
import type { RunRecorder } from "./runRecorder.ts";

/** What attempts share over a whole run. */
export interface AttemptSurroundings {
  readonly recorder: RunRecorder;
  readonly control: ControlRepository;
  readonly runner: AgentRunner;
  readonly options: Options;
  readonly author: Identity;
  /** Folder for index files of ours. */
  readonly indexes: string;
  /** The whole environment of setup and acceptance. */
  readonly environment: Readonly<Record<string, string>>;
  readonly setup: readonly string[];
  /** What every worker is told besides its task: the repository's AGENTS.md, capped. */
  readonly system: string;
  readonly signal: AbortSignal;
  readonly onActivity: (task: Task, activity: AgentActivity) => void;
}

export interface Attempt {
  readonly task: Task;
  /** From 1. */
  readonly number: number;
  readonly slot: Slot;
  readonly model: ModelRef;
  /** What the agent is sent, lessons included. */
  readonly message: string;
  readonly mayWrite: (path: string) => boolean;
}

/** Spawning again after a failure that may pass on retry; the work tree stays as it is, so nothing done is lost. */
const RESPAWN = { retries: 3, minDelayMs: 5_000, maxDelayMs: 60_000 } as const;

/**
 * One attempt at a task: a clean work tree at the current head, one agent session, a snapshot of what it left, and the
 * evidence that the snapshot is what the task asked for. Success is work that may go to the merge queue. What the agent
 * says about its work is not looked at.
 */
export async function attemptTask(
  attempt: Attempt,
  surroundings: AttemptSurroundings,
): Promise<Result<CapturedWork, AttemptFailure>> {
  const { recorder } = surroundings;
  const { task, number, slot, model } = attempt;
  const base = recorder.head;
  await recorder.record({
    type: "attempt_started",
    task: task.id,
    attempt: number,
    slot: slot.number,
    base,
    model: formatModelRef(model),
  });

  await slot.rebuild(base);
  const broken = await runChecks(surroundings.setup, attempt, surroundings);
  if (broken !== undefined) return failure({ reason: "setup_failed", check: broken });

  const spawned = await spawnWorker(attempt, surroundings);
  const captured = await capture(attempt, base, surroundings);
  const stopped = failureOfSpawn(spawned);
  if (stopped !== undefined) return failure(stopped);
  if (!captured.ok) return captured;

  const work = captured.value;
  const refused = await lackOfEvidence(attempt, base, work, surroundings);
  await recorder.record({
    type: "verification_finished",
    task: task.id,
    attempt: number,
    passed: refused === undefined,
    ...(refused === undefined ? {} : { failure: describeFailure(refused) }),
  });
  return refused === undefined ? success(work) : failure(refused);
}

async function spawnWorker(attempt: Attempt, surroundings: AttemptSurroundings): Promise<SpawnResult> {
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
    metadata: { sessionID: undefined, model, tokensUsed: 0, costUsd: 0, durationMs: 0 },
  };
}

async function spawnAndRecord(attempt: Attempt, surroundings: AttemptSurroundings): Promise<SpawnResult> {
  const { task, number } = attempt;
  const { options, recorder, runner, onActivity } = surroundings;
  const place = { task: task.id, attempt: number };
  let opened: Promise<void> = Promise.resolve();
  const result = await runner.spawnAgent("worker", attempt.message, {
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

/** Saves what the agent left, whatever became of it, as a commit on the base: nothing an agent wrote is ever lost. */
async function capture(
  attempt: Attempt,
  base: string,
  surroundings: AttemptSurroundings,
): Promise<Result<CapturedWork, AttemptFailure>> {
  const { recorder } = surroundings;
  const { task, number } = attempt;
  try {
    const work = await snapshot(attempt, base, surroundings);
    if (recorder.state.tasks.get(task.id)?.phase === "working") {
      await recorder.record({ type: "work_captured", task: task.id, attempt: number, ...work });
    }
    return success(work);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return failure({ reason: "not_capturable", message: error.message });
  }
}

async function snapshot(
  { task, number, slot }: Attempt,
  base: string,
  { author, control, indexes }: AttemptSurroundings,
): Promise<CapturedWork> {
  const tree = await control.snapshot(slot.directory, { base, indexFile: join(indexes, `slot-${slot.number}`) });
  const commit =
    tree === (await control.treeOf(base))
      ? base
      : await control.commit({ tree, parents: [base], message: `${task.id}: attempt ${number}`, author });
  const paths = (await control.changes(base, commit)).map((change) => change.path);
  return { commit, tree, paths };
}

function failureOfSpawn(result: SpawnResult): AttemptFailure | undefined {
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

async function lackOfEvidence(
  attempt: Attempt,
  base: string,
  work: CapturedWork,
  surroundings: AttemptSurroundings,
): Promise<AttemptFailure | undefined> {
  const { task, mayWrite } = attempt;
  const changes = await surroundings.control.changes(base, work.commit);
  const found = violations(changes, { mayWrite, allowEmpty: task.allow_empty });
  if (found.length > 0) return { reason: "violation", violations: found };
  const commands = task.acceptance.map((check) => check.run);
  const failed = await runChecks(commands, attempt, surroundings);
  return failed === undefined ? undefined : { reason: "acceptance_failed", check: failed };
}

function runChecks(
  commands: readonly string[],
  attempt: Attempt,
  surroundings: AttemptSurroundings,
): Promise<FailedCheck | undefined> {
  return firstFailedCheck(commands, {
    directory: attempt.slot.directory,
    environment: surroundings.environment,
    timeoutMs: surroundings.options.taskTimeoutSeconds * 1_000,
    signal: surroundings.signal,
  });
}
