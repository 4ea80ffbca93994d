import {
  type AgentRole,
  type AgentRunner,
  nothingSpent,
  type SpawnMetadata,
  type SpawnOptions,
  type SpawnResult,
} from "../../core/agentRunner.ts";
import { parseJson } from "../../core/parseJson.ts";
import { messageOf } from "../../core/refusal.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { RecordedAttempt } from "./recordedRun.ts";

export interface ReplayRunnerOptions {
  /** By task, in order. */
  readonly attempts: ReadonlyMap<string, readonly RecordedAttempt[]>;
  /** What an agent said when it came to rest; `turn` counts from 0. */
  readonly says: (task: string, attempt: number, turn: number) => Promise<string>;
  /** Puts into a work tree what `commit` changed since other commits. */
  readonly place: (directory: string, from: readonly string[], commit: string) => Promise<void>;
  /** So long the agent worked. */
  readonly onPlayed: (milliseconds: number) => void;
}

/**
 * D2. Plays a run's agents from what was recorded of them: each leaves what it had left, says what it had said, asks what
 * it had asked, and ends as it had ended. No model is asked. What comes of it is for those to find out who found out then.
 */
export class ReplayRunner implements AgentRunner {
  readonly hostSession = undefined;
  private readonly options: ReplayRunnerOptions;
  private readonly played = new Map<string, number>();

  constructor(options: ReplayRunnerOptions) {
    this.options = options;
  }

  async endSessions(): Promise<readonly string[]> {
    return [];
  }

  async spawnAgent(role: AgentRole, _prompt: string, options: SpawnOptions): Promise<SpawnResult> {
    const metadata = { ...nothingSpent(options.model), prompts: 1 };
    const { purpose } = options;
    if (purpose === undefined) return failed(`nothing is recorded of a ${role}`, metadata);
    const attempt = this.nextOf(purpose.task);
    if (attempt === undefined) return failed("no further attempt is recorded", metadata);
    try {
      return await this.play(purpose.task, attempt, options, metadata);
    } catch (error) {
      return failed(messageOf(error), metadata);
    } finally {
      this.options.onPlayed(attempt.durationMs);
    }
  }

  private nextOf(task: string): RecordedAttempt | undefined {
    const played = this.played.get(task) ?? 0;
    this.played.set(task, played + 1);
    return this.options.attempts.get(task)?.[played];
  }

  private async play(
    task: string,
    attempt: RecordedAttempt,
    { directory, followUp, onActivity, signal, supervisor }: SpawnOptions,
    metadata: SpawnMetadata,
  ): Promise<SpawnResult> {
    const sessionID = `replay-${task}-${attempt.number}`;
    onActivity?.({ kind: "opened", sessionID });
    if (attempt.mode === "patch") return this.answer(task, attempt, metadata);
    supervisor?.attach({ sessionID, say: async () => undefined });
    for (const request of attempt.granted) await supervisor?.amendScope(request);
    let { from } = attempt;
    let text = "";
    for (const [turn, commit] of attempt.turns.entries()) {
      await this.options.place(directory, from, commit);
      from = [commit];
      text = await this.options.says(task, attempt.number, turn);
      const next = await followUp?.(text);
      if (signal.aborted) return stopped(metadata);
      if (next === undefined) return { status: "success", text, metadata };
    }
    if (attempt.left !== undefined) await this.options.place(directory, from, attempt.left);
    const { ending } = attempt;
    switch (ending.kind) {
      case "rest":
        return failed("its work was sent back once more than is recorded", metadata);
      case "timeout":
        return { status: "timeout", message: ending.message, metadata };
      case "failed":
        return failed(ending.message, metadata);
      case "question": {
        await supervisor?.askPerson({ message: ending.question, options: ending.options });
        const checkpoint = supervisor?.asked;
        if (checkpoint === undefined) return stopped(metadata);
        return { status: "checkpoint", checkpoint, metadata };
      }
      default:
        return unreachable(ending);
    }
  }

  /** Edits are applied by whoever asked for them. */
  private async answer(
    task: string,
    { ending, number }: RecordedAttempt,
    metadata: SpawnMetadata,
  ): Promise<SpawnResult> {
    if (ending.kind === "timeout") return { status: "timeout", message: ending.message, metadata };
    if (ending.kind === "failed") return failed(ending.message, metadata);
    const text = await this.options.says(task, number, 0);
    return { status: "success", text, structured: parseJson(text), metadata };
  }
}

/** Nothing a model or its provider could be blamed for, or that would pass by itself. */
function failed(message: string, metadata: SpawnMetadata): SpawnResult {
  return { status: "error", failure: { reason: "host", message, retryable: false }, metadata };
}

function stopped(metadata: SpawnMetadata): SpawnResult {
  return { status: "error", failure: { reason: "aborted", message: "it was stopped", retryable: false }, metadata };
}
