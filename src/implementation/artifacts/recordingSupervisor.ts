import type {
  AgentSupervisor,
  PersonCheckpoint,
  PersonRequest,
  RunningAgent,
  ScopeRequest,
  ToolCall,
  ToolOutcome,
} from "../../core/agentSupervisor.ts";

/** Told what an agent and its supervisor do; nobody waits for it. */
export interface SupervisionRecord {
  /** `output`: what the agent was told, of a call that was refused too. */
  readonly onCall: (call: ToolCall, outcome: "ok" | "error" | "refused", output: string) => void;
  /** Words sent to the agent while it works. */
  readonly onSaid: (message: string) => void;
}

/** A supervisor as it was, with every call and every word on record. It decides nothing. */
export class RecordingSupervisor implements AgentSupervisor {
  private readonly inner: AgentSupervisor;
  private readonly record: SupervisionRecord;

  constructor(inner: AgentSupervisor, record: SupervisionRecord) {
    this.inner = inner;
    this.record = record;
  }

  get asked(): PersonCheckpoint | undefined {
    return this.inner.asked;
  }

  attach(agent: RunningAgent): void {
    this.inner.attach({
      ...agent,
      say: (message) => {
        this.record.onSaid(message);
        return agent.say(message);
      },
    });
  }

  async beforeTool(call: ToolCall): Promise<string | undefined> {
    const refusal = await this.inner.beforeTool(call);
    if (refusal !== undefined) this.record.onCall(call, "refused", refusal);
    return refusal;
  }

  async afterTool(call: ToolCall, outcome: ToolOutcome): Promise<void> {
    this.record.onCall(call, outcome.ok ? "ok" : "error", outcome.output);
    await this.inner.afterTool(call, outcome);
  }

  onBrokenCall(call: ToolCall): void {
    this.record.onCall(call, "error", "the call came to nothing before it began");
    this.inner.onBrokenCall(call);
  }

  onText(text: string): void {
    this.inner.onText(text);
  }

  onTokens(total: number): void {
    this.inner.onTokens(total);
  }

  onCompaction(): void {
    this.inner.onCompaction();
  }

  onTimeLimit(): Promise<void> {
    return this.inner.onTimeLimit();
  }

  amendScope(request: ScopeRequest): Promise<string> {
    return this.inner.amendScope(request);
  }

  acknowledge(id: string): Promise<string> {
    return this.inner.acknowledge(id);
  }

  askPerson(request: PersonRequest): Promise<string> {
    return this.inner.askPerson(request);
  }
}
