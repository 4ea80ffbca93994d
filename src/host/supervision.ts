import type { Hooks } from "@opencode-ai/plugin";
import type { AgentSupervisor, ToolCall } from "../core/agentSupervisor.ts";
import { field, type HostEvent, type SessionEvents } from "./sessionEvents.ts";
import { toolCallOf } from "./toolCalls.ts";

type Before = NonNullable<Hooks["tool.execute.before"]>;
type After = NonNullable<Hooks["tool.execute.after"]>;

/** What OpenCode makes of a call of a tool that does not exist, or with arguments that cannot be read. */
const NO_TOOL = "invalid";

/** Characters of a tool's output that a supervisor is shown: more than OpenCode lets its own tools give. */
const OUTPUT_CHARACTERS = 64_000;

/** A session somebody watches, and what of it has not ended yet. */
class SupervisedSession {
  readonly supervisor: AgentSupervisor;
  private readonly openCalls = new Map<string, ToolCall>();
  private readonly knownCalls = new Set<string>();
  private readonly tokens = new Map<string, number>();
  private readonly seenTexts = new Set<string>();

  constructor(supervisor: AgentSupervisor) {
    this.supervisor = supervisor;
  }

  /** Rejects, which the agent is told instead of the tool's answer, when the call is refused. */
  async before(call: ToolCall): Promise<void> {
    this.knownCalls.add(call.id);
    this.openCalls.set(call.id, call);
    const refusal = await this.supervisor.beforeTool(call);
    if (refusal === undefined) return;
    this.openCalls.delete(call.id);
    throw new Error(refusal);
  }

  /** A call may be told to have ended by the hook and by an event: the first counts. */
  async after(id: string, ok: boolean, output: string): Promise<void> {
    const call = this.openCalls.get(id);
    if (call === undefined) return;
    this.openCalls.delete(id);
    await this.supervisor.afterTool(call, { ok, output: output.slice(0, OUTPUT_CHARACTERS) });
  }

  async end(): Promise<void> {
    for (const id of [...this.openCalls.keys()]) await this.after(id, false, "the session ended");
  }

  onEvent({ type, properties }: HostEvent): void {
    if (type === "message.part.updated") this.onPart(field(properties, "part"));
    if (type === "message.updated") this.onMessage(field(properties, "info"));
    if (type === "session.compacted") this.supervisor.onCompaction();
  }

  private onPart(part: unknown): void {
    if (field(part, "type") === "tool") this.onToolPart(part);
    else this.onTextPart(part);
  }

  /** A tool that fails is told of by no hook; neither is a call that OpenCode cannot make sense of. */
  private onToolPart(part: unknown): void {
    const state = field(part, "state");
    const tool = String(field(part, "tool"));
    const id = String(field(part, "callID"));
    const hasEnded = field(state, "status") === "error" || (tool === NO_TOOL && field(state, "status") === "completed");
    if (!hasEnded) return;
    if (!this.knownCalls.has(id)) {
      this.knownCalls.add(id);
      this.supervisor.onBrokenCall(toolCallOf(id, tool, field(state, "input")));
    }
    void this.after(id, false, String(field(state, "error")));
  }

  /** A text is whole once it has an end. */
  private onTextPart(part: unknown): void {
    const id = String(field(part, "id"));
    const isWhole = field(part, "type") === "text" && field(field(part, "time"), "end") !== undefined;
    if (!isWhole || field(part, "synthetic") === true || this.seenTexts.has(id)) return;
    this.seenTexts.add(id);
    this.supervisor.onText(String(field(part, "text")));
  }

  private onMessage(info: unknown): void {
    if (field(info, "role") !== "assistant") return;
    this.tokens.set(String(field(info, "id")), tokensOf(field(info, "tokens")));
    this.supervisor.onTokens([...this.tokens.values()].reduce((sum, tokens) => sum + tokens, 0));
  }
}

function tokensOf(tokens: unknown): number {
  const cache = field(tokens, "cache");
  const counts = [
    ...["input", "output", "reasoning"].map((name) => field(tokens, name)),
    ...["read", "write"].map((name) => field(cache, name)),
  ];
  return counts.reduce<number>((sum, count) => sum + (typeof count === "number" ? count : 0), 0);
}

/**
 * Brings tool calls and events of watched sessions to their supervisors. One object a process: OpenCode runs a tool's
 * hooks in the plugin instance of the session's directory, not in that of the command that made the session.
 */
export class Supervision {
  private readonly sessions = new Map<string, SupervisedSession>();

  supervisorOf(sessionID: string): AgentSupervisor | undefined {
    return this.sessions.get(sessionID)?.supervisor;
  }

  /** Watches a session until the returned function is called, which also ends what it had begun. */
  begin(sessionID: string, supervisor: AgentSupervisor, events: SessionEvents): () => Promise<void> {
    const session = new SupervisedSession(supervisor);
    this.sessions.set(sessionID, session);
    const unlisten = events.listen(sessionID, (event) => session.onEvent(event));
    return async () => {
      unlisten();
      this.sessions.delete(sessionID);
      await session.end();
    };
  }

  /** OpenCode's hook before a tool runs: what it throws is what the agent is told. */
  readonly onBefore: Before = async ({ tool, sessionID, callID }, { args }) => {
    await this.sessions.get(sessionID)?.before(toolCallOf(callID, tool, args));
  };

  readonly onAfter: After = async ({ sessionID, callID }, output) => {
    await this.sessions.get(sessionID)?.after(callID, true, String(field(output, "output")));
  };
}
