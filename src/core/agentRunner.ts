import type { ModelRef } from "../types.ts";
import type { AgentSupervisor, PersonCheckpoint } from "./agentSupervisor.ts";
import type { Confinement } from "./confinement.ts";
import type { Hold } from "./hold.ts";

/** The jobs an agent can be spawned for; the host decides each one's prompt frame, tools and permissions. */
export type AgentRole = "planner" | "researcher" | "backlog" | "worker" | "patcher" | "reviewer" | "probe";

/** A JSON schema as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** An answer by schema: how it is asked for, and who says whether it can be used. */
export interface AnswerForm {
  readonly schema: JsonSchema;
  /** `schema`: the host's structured output. `text`: JSON in words, for a model that fails at the other. */
  readonly by: "schema" | "text";
  /**
   * What is wrong with an answer, in words for the agent; undefined: it is accepted. An answer that is refused, or
   * cannot be read at all, is asked for again in the same session, at most `MAX_CORRECTIONS` times.
   */
  readonly problemOf: (answer: unknown) => string | undefined;
}

/** O3: how often an answer that cannot be used is asked for again. */
export const MAX_CORRECTIONS = 2;

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
  | { readonly kind: "retry"; readonly attempt: number; readonly message: string }
  /** The answer cannot be used; the agent is asked to mend it. `correction` counts from 1. */
  | { readonly kind: "correction"; readonly correction: number; readonly problem: string };

/** An attempt at a task of a run. */
export interface AgentPurpose {
  readonly task: string;
  /** From 1. */
  readonly attempt: number;
}

export interface SpawnOptions {
  /** Absolute path the session runs in. */
  readonly directory: string;
  /** Shown to the user as the session's title; giving one saves OpenCode's title request. */
  readonly title: string;
  /** The step of a run it is spawned for; what is kept of it is kept under that. */
  readonly purpose?: AgentPurpose | undefined;
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
  /** Ask for an answer by schema; the accepted one arrives as `structured`. */
  readonly answer?: AnswerForm | undefined;
  /**
   * How many of the host's own retries of a failing provider are sat through, 3 by default. 0 is for a caller that has
   * another model to ask: the first retry ends the spawn.
   */
  readonly providerRetries?: number | undefined;
  /** Web origins such as `https://example.org` the agent may read from; none by default. */
  readonly webOrigins?: readonly string[] | undefined;
  /** For a model that cannot call tools, whose provider may refuse a request that offers some: it is offered none. */
  readonly withoutTools?: boolean | undefined;
  readonly resumeData?: ResumeData | undefined;
  /**
   * Asked each time the agent has come to rest, with what it said last: words are sent to the same session, as its next
   * prompt; undefined ends the spawn. What it takes is in no limit. Not for roles that answer by schema.
   */
  readonly followUp?: ((text: string) => Promise<string | undefined>) | undefined;
  readonly supervisor?: AgentSupervisor | undefined;
  /** D1. Where the model takes it, requests are sampled with this seed, temperature 0 and top_p 1. */
  readonly seed?: number | undefined;
  /** X1. While it holds, no request is sent and no limit of the spawn runs down. */
  readonly hold?: Hold | undefined;
  /** How the agent's shell commands are kept in its work tree; without it they are not. */
  readonly confinement?: Confinement | undefined;
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
  /** Prompts sent: 1, and one for each correction or follow-up. 0: the session never came to one. */
  readonly prompts: number;
  /** True when the model was asked for structured output and gave none. */
  readonly failedStructuredOutput: boolean;
  /** What the requests were sampled with, where the host fixed it. */
  readonly sampling?: Sampling | undefined;
}

/** D1. What is undefined was left to the model, since it does not take it. */
export interface Sampling {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly seed?: number | undefined;
}

/** Of a spawn that came to no prompt. */
export function nothingSpent(model: ModelRef | undefined): SpawnMetadata {
  return {
    sessionID: undefined,
    model,
    tokensUsed: 0,
    costUsd: 0,
    durationMs: 0,
    prompts: 0,
    failedStructuredOutput: false,
  };
}

/** Why an agent gave no result. `retryable`: the same spawn may pass later, without any change. */
export interface AgentFailure {
  readonly reason:
    | "aborted"
    | "authentication"
    | "rate_limited"
    /** What the provider grants, or the account holds, is used up: minutes do not help. */
    | "quota_exhausted"
    | "model_unavailable"
    | "invalid_answer"
    /** The prompt must not be sent as it is: nothing was. */
    | "prompt_refused"
    | "context_overflow"
    /** Nothing answers at the provider's address: all its models share that. */
    | "unreachable"
    | "provider"
    | "host";
  readonly message: string;
  readonly retryable: boolean;
  /** When the provider said that it will answer again, in milliseconds since the epoch. */
  readonly retryAt?: number | undefined;
}

export type SpawnResult =
  | {
      readonly status: "success";
      readonly text: string;
      readonly structured?: unknown;
      readonly metadata: SpawnMetadata;
    }
  | {
      readonly status: "timeout";
      /** True: for want of a sign of life. Left out: the time limit ended it. */
      readonly isIdle?: boolean;
      readonly message: string;
      readonly metadata: SpawnMetadata;
    }
  | { readonly status: "error"; readonly failure: AgentFailure; readonly metadata: SpawnMetadata }
  | {
      readonly status: "checkpoint";
      readonly checkpoint: PersonCheckpoint;
      readonly metadata: SpawnMetadata;
    };

/**
 * The only way core code reaches a host. One call is one session: created, prompted, and, whatever happened,
 * aborted if it still runs, deleted, and its deletion verified, before the promise settles. It never rejects for
 * an expected failure.
 */
export interface AgentRunner {
  /** The host's session that every agent's session is a child of; undefined: the host has none. */
  readonly hostSession: string | undefined;
  spawnAgent(role: AgentRole, prompt: string, options: SpawnOptions): Promise<SpawnResult>;
  /** Ends sessions that processes of ours left when they died. Never rejects. @returns ids of those that are gone now */
  endSessions(left: LeftSessions): Promise<readonly string[]>;
}

/** Sessions of processes that are certainly gone. */
export interface LeftSessions {
  /** Agents' sessions by name. */
  readonly sessions: readonly string[];
  /** Host sessions of theirs: what agents of ours have below those, in one of `directories`, is ended. */
  readonly hostSessions: readonly string[];
  /** Work trees in which nobody alive works: a host session may have live agents too, in others. */
  readonly directories: readonly string[];
}
