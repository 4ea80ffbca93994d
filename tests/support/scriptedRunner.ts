import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type AgentFailure,
  type AgentRole,
  type AgentRunner,
  type AnswerForm,
  type LeftSessions,
  MAX_CORRECTIONS,
  nothingSpent,
  type SpawnOptions,
  type SpawnResult,
} from "../../src/core/agentRunner.ts";
import type { ToolCall } from "../../src/core/agentSupervisor.ts";

/** One agent as a script sees it: what it was asked, where, and what it can do there. */
export class ScriptedAgent {
  readonly role: AgentRole;
  readonly prompt: string;
  readonly options: SpawnOptions;
  /** The id in the title; the title itself for planners. */
  readonly task: string;
  /** From 1: how often this task was given to an agent of this runner. */
  readonly turn: number;
  /** What was wrong with its answers so far, in order; empty at first. */
  readonly corrections: string[] = [];
  /** What it was sent while it worked. */
  readonly messages: string[] = [];
  private calls = 0;
  private readonly runner: ScriptedRunner;

  constructor(runner: ScriptedRunner, role: AgentRole, prompt: string, options: SpawnOptions, turn: number) {
    this.runner = runner;
    this.role = role;
    this.prompt = prompt;
    this.options = options;
    this.task = taskOf(options.title);
    this.turn = turn;
  }

  get directory(): string {
    return this.options.directory;
  }

  /** Writes files below the agent's directory; null removes one. */
  async write(files: Readonly<Record<string, string | null>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const target = join(this.directory, path);
      if (content === null) {
        await rm(target, { recursive: true, force: true });
        continue;
      }
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
  }

  /**
   * Calls a tool as a host would have it: whoever supervises the agent may refuse it, and hears how it ended.
   * @returns why it was refused; undefined: `act` has run
   */
  async use(tool: string, call: Partial<ToolCall>, act: () => Promise<unknown> = async () => undefined) {
    const { supervisor } = this.options;
    const whole: ToolCall = {
      id: `call-${++this.calls}`,
      tool,
      does: "other",
      paths: [],
      fingerprint: `${tool} ${JSON.stringify(call)}`,
      ...call,
    };
    const refusal = await supervisor?.beforeTool(whole);
    if (refusal !== undefined) return refusal;
    try {
      await act();
      await supervisor?.afterTool(whole, { ok: true, output: "" });
    } catch (error) {
      await supervisor?.afterTool(whole, { ok: false, output: String(error) });
    }
    return undefined;
  }

  /** Writes a file by a tool that is watched, as OpenCode's own `write`. */
  edit(path: string, content: string): Promise<string | undefined> {
    return this.use("write", { does: "write", paths: [path] }, () => this.write({ [path]: content }));
  }

  /** Every file there is, ignored ones too, git's own left out. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.directory, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.directory.length + 1))
      .filter((path) => path !== ".git")
      .sort();
  }

  /** Resolves once so many agents are at work at the same moment. */
  company(count: number): Promise<void> {
    return this.runner.whenAtWork(count);
  }

  /** Works for ever: settles when the spawn is aborted, as a failure. */
  async hang(): Promise<Ending> {
    const { signal } = this.options;
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    return fails("aborted", "the session was aborted");
  }
}

/** How an agent's work ends, without what the runner adds. Nothing: it says that it is done. */
export type Ending =
  | { readonly status: "success"; readonly text: string; readonly structured?: unknown; readonly tokens?: number }
  | { readonly status: "timeout"; readonly message: string }
  | { readonly status: "error"; readonly failure: AgentFailure };

export type Script = (agent: ScriptedAgent) => Promise<Ending | undefined>;

export function fails(reason: AgentFailure["reason"], message: string, retryable = false): Ending {
  return { status: "error", failure: { reason, message, retryable } };
}

const TOKENS = 100;

/** Plays every agent by a script, in this process, and remembers who was spawned and how many worked at once. */
export class ScriptedRunner implements AgentRunner {
  readonly agents: ScriptedAgent[] = [];
  mostAtWork = 0;
  /** How a health check's request ends; such spawns are nobody's work and are not among `agents`. */
  onProbe: ((options: SpawnOptions) => Ending) | undefined = () => ({ status: "success", text: "ready" });
  readonly hostSession = "host-session";
  /** What was asked to be ended of runs that died. */
  readonly leftSessions: LeftSessions[] = [];
  private readonly script: Script;
  private atWork = 0;
  private waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  constructor(script: Script) {
    this.script = script;
  }

  /** Ids of the tasks given out, in the order of giving. */
  get tasks(): string[] {
    return this.agents.map((agent) => agent.task);
  }

  async spawnAgent(role: AgentRole, prompt: string, options: SpawnOptions): Promise<SpawnResult> {
    if (role === "probe" && this.onProbe)
      return { ...this.onProbe(options), metadata: { ...nothingSpent(options.model), prompts: 1 } };
    const turn = this.agents.filter((other) => other.task === taskOf(options.title)).length + 1;
    const agent = new ScriptedAgent(this, role, prompt, options, turn);
    this.agents.push(agent);
    const sessionID = `session-${this.agents.length}`;
    options.onActivity?.({ kind: "opened", sessionID });
    options.supervisor?.attach({ sessionID, say: async (message) => void agent.messages.push(message) });
    this.arrive();
    try {
      const { tokens = TOKENS, ...ending } = { tokens: TOKENS, ...(await this.converse(agent)) };
      const metadata = { ...nothingSpent(options.model), sessionID, tokensUsed: tokens, costUsd: 0.01, durationMs: 1 };
      const asked = options.supervisor?.asked;
      const result = asked === undefined ? ending : ({ status: "checkpoint", checkpoint: asked } as const);
      return { ...result, metadata: { ...metadata, prompts: agent.corrections.length + 1 } };
    } finally {
      this.atWork--;
    }
  }

  async endSessions(left: LeftSessions): Promise<readonly string[]> {
    this.leftSessions.push(left);
    return left.sessions;
  }

  whenAtWork(count: number): Promise<void> {
    if (this.atWork >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }

  /** The interface's promise: an answer that is not accepted is asked for again, in the same session. */
  private async converse(agent: ScriptedAgent): Promise<Ending> {
    const { answer, onActivity, followUp, signal } = agent.options;
    for (;;) {
      const ending = await this.endingOf(agent);
      if (followUp !== undefined && ending.status === "success") {
        const next = await followUp(ending.text);
        if (next === undefined || signal.aborted) return ending;
        agent.corrections.push(next);
        continue;
      }
      const problem = answer === undefined ? undefined : problemOf(ending, answer);
      if (problem === undefined) return ending;
      if (agent.corrections.length === MAX_CORRECTIONS) return fails("invalid_answer", problem, true);
      agent.corrections.push(problem);
      onActivity?.({ kind: "correction", correction: agent.corrections.length, problem });
    }
  }

  /** The interface's promise: an aborted spawn ends as aborted, whatever the agent was about to say. */
  private async endingOf(agent: ScriptedAgent): Promise<Ending> {
    // What a host does before each request.
    await agent.options.hold?.whenFree(agent.options.signal);
    const ending = (await this.script(agent)) ?? { status: "success", text: "Done." };
    if (ending.status === "timeout") await agent.options.supervisor?.onTimeLimit();
    return agent.options.signal.aborted ? fails("aborted", "the session was aborted") : ending;
  }

  private arrive(): void {
    this.atWork++;
    this.mostAtWork = Math.max(this.mostAtWork, this.atWork);
    const met = this.waiting.filter(({ count }) => count <= this.atWork);
    this.waiting = this.waiting.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
  }
}

function problemOf(ending: Ending, answer: AnswerForm): string | undefined {
  if (ending.status === "success") return answer.problemOf(ending.structured);
  return ending.status === "error" && ending.failure.reason === "invalid_answer" ? ending.failure.message : undefined;
}

function taskOf(title: string): string {
  return title.split(":")[0] ?? title;
}
