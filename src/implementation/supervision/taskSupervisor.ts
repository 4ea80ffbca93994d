import { isAbsolute, relative, resolve, sep } from "node:path";
import type {
  AgentSupervisor,
  PersonCheckpoint,
  PersonRequest,
  RunningAgent,
  ScopeRequest,
  ToolCall,
  ToolOutcome,
} from "../../core/agentSupervisor.ts";
import type { TraceEvent } from "../../monitoring/agentTrace.ts";
import type { DriftReading } from "../../monitoring/contextDriftDetector.ts";
import type { RunEvent } from "../../recovery/runEvents.ts";
import type { AgentHold } from "./agentHold.ts";
import { AgentQuestion } from "./agentQuestion.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import type { Notices } from "./notices.ts";
import { RunningCalls } from "./runningCalls.ts";
import type { Amendment } from "./scopeAmendments.ts";
import type { TaskScope } from "./taskScope.ts";
import type { ToolLock } from "./toolLock.ts";
import type { WriteFence } from "./writeFence.ts";

/** Why an agent was stopped before it had ended by itself. */
export type Halt =
  | { readonly reason: "drift"; readonly score: number; readonly signals: readonly string[] }
  /** O10: its history was shortened twice, and it is still not done. */
  | { readonly reason: "context_overflow" }
  /** It asked a person, and what it had made is kept for whoever goes on with the answer. */
  | { readonly reason: "question" };

export interface TaskSupervisorOptions {
  readonly task: string;
  readonly attempt: number;
  /** Names what its agent asks a person, for `answer --checkpoint`. */
  readonly checkpoint: string;
  /** Absolute path of the work tree. */
  readonly worktree: string;
  readonly scope: TaskScope;
  readonly fence: WriteFence;
  readonly hold: AgentHold;
  readonly lock: ToolLock;
  readonly checkpoints: Checkpoints;
  readonly notices: Notices;
  readonly drift: { readonly observe: (event: TraceEvent) => DriftReading };
  readonly amend: (request: ScopeRequest) => Amendment;
  readonly record: (event: RunEvent) => Promise<void>;
  /** Ends the agent's session. */
  readonly stop: () => void;
  /** For the person. */
  readonly warn: (message: string) => void;
}

const MOST_COMPACTIONS = 1;
const SILENCE_MS = 10_000;
const STOPPED = "This task is being stopped. Do nothing more.";

/**
 * Watches one agent at work on one attempt: refuses writes outside the scope, keeps checkpoints and tools apart, scores
 * what it sees, speaks to the agent, and stops it when it has left its task. `end()` must be called.
 */
export class TaskSupervisor implements AgentSupervisor {
  private readonly options: TaskSupervisorOptions;
  private readonly startedAt = performance.now();
  private readonly silence: NodeJS.Timeout;
  private readonly running = new RunningCalls();
  /** Of the running calls those that may write, each of which has entered the lock. */
  private readonly locking = new Set<string>();
  private compactions = 0;
  private halted: Halt | undefined;
  private readonly question: AgentQuestion;
  private hasEnded = false;

  constructor(options: TaskSupervisorOptions) {
    this.options = options;
    this.question = new AgentQuestion({ ...options, save: () => options.checkpoints.now("question") });
    this.silence = setInterval(() => this.onSilence(), SILENCE_MS);
    this.silence.unref();
  }

  /** Undefined: the agent was not stopped by us. */
  get halt(): Halt | undefined {
    return this.halted;
  }

  get asked(): PersonCheckpoint | undefined {
    return this.question.asked;
  }

  /** Nothing is recorded or saved once this has resolved. */
  async end(): Promise<void> {
    clearInterval(this.silence);
    this.hasEnded = true;
    this.noteToolsEnded();
    await this.options.checkpoints.rest();
    await this.question.settled();
  }

  /** The session has ended, and with it the tools of which nobody will tell any more. */
  noteToolsEnded(): void {
    for (const id of this.running.endAll()) if (this.locking.delete(id)) this.options.lock.leave();
  }

  attach(agent: RunningAgent): void {
    this.options.notices.attach(agent);
  }

  async beforeTool(call: ToolCall): Promise<string | undefined> {
    if (this.halted !== undefined) return STOPPED;
    this.options.notices.noteCall();
    const refusal = call.does === "write" ? await this.refuseWrites(call) : undefined;
    if (refusal !== undefined) return refusal;
    if (call.does === "shell") await this.options.checkpoints.beforeRisk("before_shell");
    if (!(await this.isItsTurn(call))) return STOPPED;
    const locks = mayChangeFiles(call);
    if (!this.running.add(call.id)) {
      if (locks) this.options.lock.leave();
      return STOPPED;
    }
    if (locks) this.locking.add(call.id);
    return undefined;
  }

  async afterTool(call: ToolCall, { ok }: ToolOutcome): Promise<void> {
    if (this.running.delete(call.id) && this.locking.delete(call.id)) {
      this.options.lock.leave();
      this.options.checkpoints.noteWrite();
    }
    this.observeCall(call, ok ? "ok" : "error");
  }

  onBrokenCall(call: ToolCall): void {
    this.options.notices.noteCall();
    this.observeCall(call, "error");
  }

  onText(text: string): void {
    this.observe({ kind: "text", at: this.elapsed(), text });
  }

  onTokens(total: number): void {
    this.observe({ kind: "tokens", at: this.elapsed(), total });
  }

  onCompaction(): void {
    if (++this.compactions > MOST_COMPACTIONS) this.stopFor({ reason: "context_overflow" });
  }

  onCheckpoint({ files, lines }: Checkpoint): void {
    this.observe({ kind: "difference", at: this.elapsed(), files, lines });
  }

  onIgnoredNotice(id: string): void {
    this.stopFor({ reason: "drift", score: 1, signals: [`it did not acknowledge the notice ${id}, sent twice`] });
  }

  async amendScope(request: ScopeRequest): Promise<string> {
    const { task, attempt, amend, record, scope } = this.options;
    const decision = amend(request);
    await record({
      type: "scope_amended",
      task,
      attempt,
      paths: [...decision.paths],
      reason: request.reason.slice(0, 500),
      granted: decision.granted,
      ...(decision.granted ? {} : { because: decision.because }),
    });
    if (!decision.granted)
      return `Not granted: ${decision.because}. Do the task without it, or say why it cannot be done.`;
    scope.grant(decision.paths);
    return `Granted: you may write ${decision.paths.join(", ")} for this task.`;
  }

  async acknowledge(id: string): Promise<string> {
    const { task, attempt, notices, record } = this.options;
    if (!notices.acknowledge(id)) return `There is no open notice ${id}.`;
    await record({ type: "message_acknowledged", task, attempt, message_id: id });
    return "Noted. Go on with the task.";
  }

  async askPerson(request: PersonRequest): Promise<string> {
    if (this.halted !== undefined) return STOPPED;
    this.halted = { reason: "question" };
    return (await this.question.ask(request, () => this.hasEnded)) ?? STOPPED;
  }

  /** Resolves once no call of a tool is under way. */
  atRest(): Promise<void> {
    return this.running.atRest();
  }

  /** What a tool that still runs makes is saved once the abort has ended it. */
  async onTimeLimit(): Promise<void> {
    const saved = this.options.checkpoints.now("timeout");
    if (!this.running.areAny) await saved;
  }

  /** Waits while the agent is held or its work tree looked at. @returns false: it is stopped */
  private async isItsTurn(call: ToolCall): Promise<boolean> {
    const { hold, lock } = this.options;
    const needsLock = mayChangeFiles(call);
    while ((await hold.mayGoOn()) && !this.isHalted()) {
      if (needsLock) await lock.enter();
      // Either may have come while it waited for the lock.
      if (!hold.isHeld && !this.isHalted()) return true;
      if (needsLock) lock.leave();
    }
    return false;
  }

  private onSilence(): void {
    if (!this.options.hold.isHeld) this.observe({ kind: "silence", at: this.elapsed() });
  }

  /** @returns what the agent is told instead of its tool's answer */
  private async refuseWrites(call: ToolCall): Promise<string | undefined> {
    const { task, attempt, fence, record } = this.options;
    for (const given of call.paths) {
      const verdict = await fence.check(given);
      if (verdict.kind === "open") continue;
      const { path, because } = verdict;
      await record({ type: "write_refused", task, attempt, tool: call.tool, path: path.slice(0, 1_000), because });
      this.observeCall(call, "refused");
      return fence.explain(verdict);
    }
    return undefined;
  }

  private observeCall(call: ToolCall, outcome: "ok" | "error" | "refused"): void {
    const { tool, does, command, fingerprint } = call;
    const paths = call.paths.map((path) => this.shown(path));
    this.observe({ kind: "call", at: this.elapsed(), tool, does, paths, command, fingerprint, outcome });
  }

  private observe(event: TraceEvent): void {
    if (this.halted !== undefined) return;
    const { isNews, level, score, signals } = this.options.drift.observe(event);
    if (level === "critical") {
      this.stopFor({ reason: "drift", score, signals });
    } else if (level === "notice" && isNews) {
      this.tell("notice", score, signals);
      this.options.notices.send(signals);
    }
  }

  /** Whatever tool is running ends first, the next ones wait, what is there is saved; then the session is ended. */
  private stopFor(halt: Halt): void {
    if (this.halted !== undefined) return;
    this.halted = halt;
    if (halt.reason === "drift") this.tell("critical", halt.score, halt.signals);
    void this.options.checkpoints.now(halt.reason).finally(() => this.options.stop());
  }

  private tell(level: "notice" | "critical", score: number, signals: readonly string[]): void {
    const { task, attempt, record, warn } = this.options;
    const what = level === "notice" ? "may be leaving its task" : "has left its task and is stopped";
    warn(`${what}: ${signals.join("; ")}`);
    // A journal that breaks is met by the attempt's next own record.
    record({ type: "drift_noticed", task, attempt, level, score, signals: [...signals] }).catch(() => undefined);
  }

  /** Read anew after a wait. */
  private isHalted(): boolean {
    return this.halted !== undefined;
  }

  private shown(path: string): string {
    const { worktree } = this.options;
    const inside = relative(worktree, resolve(worktree, path));
    return inside.startsWith("..") || isAbsolute(inside) ? resolve(worktree, path) : inside.split(sep).join("/");
  }

  /** Milliseconds it was at work: who stands still does not stand about. */
  private elapsed(): number {
    return Math.round(performance.now() - this.startedAt - this.options.hold.heldMs);
  }
}

/** Of a tool that nobody knows it has to be assumed. */
function mayChangeFiles({ does, tool }: ToolCall): boolean {
  return does === "write" || does === "shell" || (does === "other" && !tool.startsWith("mac_"));
}
