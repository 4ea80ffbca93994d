import type { ModelRef } from "../types.ts";

/** The jobs an agent can be spawned for; the host decides each one's prompt frame, tools and permissions. */
export type AgentRole = "planner" | "backlog" | "worker";

/** A JSON schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a person answered to a checkpoint, handed to the next spawn. */
export interface ResumeData {
  readonly checkpointId: string;
  readonly userInput: string;
}

/** Something an agent was seen to do; for progress lines and for idle detection. */
export type AgentActivity =
  | { readonly kind: "opened"; readonly sessionID: string }
  | { readonly kind: "tool"; readonly tool: string; readonly title: string }
  | { readonly kind: "text" }
  /** Something the user should know that changes nothing. */
  | { readonly kind: "notice"; readonly message: string }
  /** The provider failed; the same is tried again by itself. */
  | { readonly kind: "retry"; readonly attempt: number; readonly message: string };

export interface SpawnOptions {
  /** Absolute path the session runs in. */
  readonly directory: string;
  /** Shown to the user as the session's title; giving one saves OpenCode's title request. */
  readonly title: string;
  /** Undefined: the model of the session the command was started in. */
  readonly model?: ModelRef | undefined;
  /**
   * From the prompt to the answer, 300 for planners and 600 for workers by default; making and deleting the session
   * have limits of the host's.
   */
  readonly timeoutSeconds: number;
  /** No sign of life for this long ends the spawn like a timeout. */
  readonly idleTimeoutSeconds?: number | undefined;
  /** The role's system text. */
  readonly system: string;
  /** Ask for an answer by this schema; it arrives as `structured`. */
  readonly answerSchema?: JsonSchema | undefined;
  readonly resumeData?: ResumeData | undefined;
  readonly signal: AbortSignal;
  readonly onActivity?: ((activity: AgentActivity) => void) | undefined;
}

export interface SpawnMetadata {
  readonly sessionID: string | undefined;
  readonly model: ModelRef | undefined;
  /** Input, output, reasoning and cache tokens of the whole session. */
  readonly tokensUsed: number;
  readonly costUsd: number;
  readonly durationMs: number;
}

/** Why an agent gave no result. `retryable`: the same spawn may pass later, without any change. */
export interface AgentFailure {
  readonly reason:
    | "aborted"
    | "authentication"
    | "rate_limited"
    | "model_unavailable"
    | "invalid_answer"
    | "context_overflow"
    /** Nothing answers at the provider's address: all its models share that. */
    | "unreachable"
    | "provider"
    | "host";
  readonly message: string;
  readonly retryable: boolean;
}

export type SpawnResult =
  | {
      readonly status: "success";
      readonly text: string;
      readonly structured?: unknown;
      readonly metadata: SpawnMetadata;
    }
  | { readonly status: "timeout"; readonly message: string; readonly metadata: SpawnMetadata }
  | { readonly status: "error"; readonly failure: AgentFailure; readonly metadata: SpawnMetadata }
  | {
      readonly status: "checkpoint";
      readonly checkpoint: { readonly id: string; readonly message: string; readonly options: readonly string[] };
      readonly metadata: SpawnMetadata;
    };

/**
 * The only way core code reaches a host. One call is one session: created, prompted, and, whatever happened,
 * aborted if it still runs, deleted, and its deletion verified, before the promise settles. It never rejects for
 * an expected failure.
 */
export interface AgentRunner {
  spawnAgent(role: AgentRole, prompt: string, options: SpawnOptions): Promise<SpawnResult>;
}
