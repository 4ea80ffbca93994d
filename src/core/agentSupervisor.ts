/** The tools a worker has besides the host's own: to ask for more scope, and to say that it has read a notice. */
export const AMEND_SCOPE_TOOL = "mac_amend_scope";
export const ACKNOWLEDGE_TOOL = "mac_acknowledge";
/** H3. The tool with which it asks a person; its session ends with that. */
export const CHECKPOINT_TOOL = "mac_checkpoint";

/** One call of a tool by an agent, in the terms of no particular host. */
export interface ToolCall {
  /** Unique within its session. */
  readonly id: string;
  readonly tool: string;
  readonly does: "read" | "write" | "shell" | "other";
  /** Paths it names, as the agent gave them: to be written by `write`, to be looked at by `read`. */
  readonly paths: readonly string[];
  /** The command line of a `shell` call. */
  readonly command?: string | undefined;
  /** The same for calls of the same tool with the same arguments. */
  readonly fingerprint: string;
}

export interface ToolOutcome {
  readonly ok: boolean;
  /** What the agent was told, shortened by the host where it is long. */
  readonly output: string;
}

/** What an agent asks for when its task's scope is too narrow (X6, tool `mac_amend_scope`). */
export interface ScopeRequest {
  readonly paths: readonly string[];
  readonly reason: string;
}

/** What an agent wants to know of a person (tool `mac_checkpoint`). */
export interface PersonRequest {
  readonly message: string;
  /** Answers it proposes. */
  readonly options: readonly string[];
  /** What it calls the place it stops at. */
  readonly resumeId?: string | undefined;
}

/** A question that is on record, and the name by which it is answered. */
export interface PersonCheckpoint {
  readonly id: string;
  readonly message: string;
  readonly options: readonly string[];
}

/** A running agent as its supervisor reaches it. */
export interface RunningAgent {
  readonly sessionID: string;
  /** Sends words to the session while it works; the agent sees them at its next turn. Rejects when the host refuses. */
  readonly say: (message: string) => Promise<void>;
}

/**
 * Whoever watches one agent at work and may step in. The host calls it in the order of events, and never after the
 * spawn has settled.
 */
export interface AgentSupervisor {
  /** The session is there, its first prompt is about to be sent. */
  attach(agent: RunningAgent): void;
  /**
   * Before each call, which waits for it. Words: the call is refused and the agent is told them; undefined: it goes on.
   * Every call that goes on is followed by `afterTool`, also when the session is stopped meanwhile.
   */
  beforeTool(call: ToolCall): Promise<string | undefined>;
  afterTool(call: ToolCall, outcome: ToolOutcome): Promise<void>;
  /** A call that came to nothing before it began: no such tool, or arguments that cannot be read. */
  onBrokenCall(call: ToolCall): void;
  /** A whole text part of an answer. */
  onText(text: string): void;
  /** Tokens of the session so far, all kinds. */
  onTokens(total: number): void;
  /** The host shortened the session's history to make room (O10). */
  onCompaction(): void;
  /** X7. A limit has ended the agent's time: it is aborted once this has resolved, or a little later. Never rejects. */
  onTimeLimit(): Promise<void>;
  /** @returns what the agent is told */
  amendScope(request: ScopeRequest): Promise<string>;
  /** The agent has read the message `id`. @returns what it is told */
  acknowledge(id: string): Promise<string>;
  /** The agent asks a person: what it has made is saved, and it is stopped. @returns what it is told until then */
  askPerson(request: PersonRequest): Promise<string>;
  /** What it asked; a spawn that is stopped with this ends as a `checkpoint`. */
  readonly asked: PersonCheckpoint | undefined;
}
