import {
  type AgentRole,
  type AgentRunner,
  type AnswerForm,
  type JsonSchema,
  MAX_CORRECTIONS,
  nothingSpent,
  type Sampling,
  type SpawnResult,
} from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import { formatModelRef, type ModelFacts } from "../core/modelCatalog.ts";
import type { Pause } from "../core/pause.ts";
import type { ProgressEntry } from "../core/progress.ts";
import { messageOf } from "../core/refusal.ts";
import { failure, type Result, success } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import { truncateUtf8 } from "../core/utf8.ts";
import type { ModelMemory } from "../recovery/modelMemory.ts";
import type { ModelRef } from "../types.ts";
import { judgeResult } from "./agentVerdict.ts";
import { cleanLine } from "./cleanText.ts";
import { describeCooling, timeOfDay } from "./cooldownText.ts";
import { ModelQueue } from "./modelQueue.ts";

const MAX_REASON_BYTES = 600;

/** What the agents of one command have in common. */
export interface AgentSurroundings {
  readonly runner: AgentRunner;
  readonly memory: ModelMemory;
  readonly factsOf: (model: ModelRef) => ModelFacts | undefined;
  /** Absolute path the agents look at. */
  readonly directory: string;
  /** For an agent as a whole: every model it asks and every wait included. */
  readonly timeoutSeconds: number;
  /** A model that shows no sign of life for this long gives way, where there is another one. */
  readonly idleTimeoutSeconds: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly report: (level: ProgressEntry["level"], message: string) => void;
  /** As `report`, but the same message only once a command, whichever agent comes upon it. */
  readonly reportOnce: (level: ProgressEntry["level"], message: string) => void;
}

export interface AgentRequest<Answer> {
  readonly role: AgentRole;
  /** How progress names it. */
  readonly name: string;
  /** The session's title. */
  readonly title: string;
  readonly system: string;
  readonly prompt: string;
  /** Of the system text and of what stands around the material in the prompt. */
  readonly promptVersion: string;
  readonly schema: JsonSchema;
  /** Reads an answer; the failure is for the agent, which is asked to mend it. */
  readonly decode: (value: unknown) => Result<Answer, string>;
  readonly webOrigins?: readonly string[];
  /** In order of preference; never empty. */
  readonly models: readonly ModelRef[];
}

export interface AgentUsage {
  readonly tokens: number;
  readonly costUsd: number;
}

export function addUsage(one: AgentUsage, other: AgentUsage): AgentUsage {
  return { tokens: one.tokens + other.tokens, costUsd: one.costUsd + other.costUsd };
}

/** D1: who gave an answer, for the record. */
export interface AnswerAuthor {
  readonly agent: string;
  readonly model: ModelRef;
  readonly promptVersion: string;
  readonly sampling: Sampling | undefined;
}

export interface Answered<Answer> {
  readonly answer: Answer;
  readonly author: AnswerAuthor;
}

export interface AgentOutcome<Answer> {
  /** The answer, or why there is none, in one line. */
  readonly result: Result<Answered<Answer>, string>;
  readonly usage: AgentUsage;
}

/**
 * Asks one agent for an answer by schema, going from model to model until one gives an answer that can be used. A model
 * at its limit cools down, for this agent and all others, later commands included; when all cool down the agent waits
 * for the first, if that is within its time. Never rejects.
 */
export async function askAgent<Answer>(
  request: AgentRequest<Answer>,
  surroundings: AgentSurroundings,
): Promise<AgentOutcome<Answer>> {
  const asking = new Asking(request, surroundings);
  const result = await asking.untilAnswered();
  return { result, usage: asking.usage };
}

class Asking<Answer> {
  private readonly request: AgentRequest<Answer>;
  private readonly around: AgentSurroundings;
  private readonly queue: ModelQueue;
  private readonly deadline: number;
  private problem = "there is no model to ask";
  usage: AgentUsage = { tokens: 0, costUsd: 0 };

  constructor(request: AgentRequest<Answer>, around: AgentSurroundings) {
    this.request = request;
    this.around = around;
    this.queue = new ModelQueue(request.models, around.memory);
    this.deadline = around.clock.now() + around.timeoutSeconds * 1_000;
  }

  async untilAnswered(): Promise<Result<Answered<Answer>, string>> {
    const { clock, memory, pause, reportOnce, signal, timeoutSeconds } = this.around;
    for (let failed = 0; ; ) {
      if (signal.aborted) return failure("interrupted");
      const next = await this.queue.next();
      switch (next.kind) {
        case "none":
          return failure(this.problem);
        case "all-cooling": {
          const [first] = next.cooling;
          const all = next.cooling.map(describeCooling).join("; ");
          if (first === undefined || first.until >= this.deadline) {
            reportOnce("warn", `to ask them all the same, remove ${memory.folder}`);
            return failure(`no model can be asked now: ${all}`);
          }
          reportOnce("warn", `waiting until ${timeOfDay(first.until)}: ${all}`);
          await pause(first.until - clock.now(), signal);
          break;
        }
        case "ask": {
          if (this.deadline - clock.now() < 1_000) {
            return failure(failed === 0 ? `no answer within ${timeoutSeconds} s` : this.problem);
          }
          for (const cooling of next.cooling) reportOnce("warn", describeCooling(cooling));
          this.sayWho(next.model, failed);
          const answered = await this.ask(next.model, next.isLast);
          if (answered !== undefined) return answered;
          failed++;
          break;
        }
        default:
          return unreachable(next);
      }
    }
  }

  private sayWho(model: ModelRef, failed: number): void {
    const { name } = this.request;
    if (failed > 0) this.around.report("warn", `${name}: ${this.problem}; asking ${formatModelRef(model)}`);
    else this.around.report("info", `${name}: asking ${formatModelRef(model)}`);
  }

  /** One session with one model. Undefined: another model, or the same one once more, may have the answer. */
  private async ask(model: ModelRef, isLast: boolean): Promise<Result<Answered<Answer>, string> | undefined> {
    const { memory } = this.around;
    const by = await this.answerForm(model);
    const result = await this.spawn(model, by, isLast);
    const { tokensUsed, costUsd } = result.metadata;
    this.usage = addUsage(this.usage, { tokens: tokensUsed, costUsd });
    if (result.metadata.failedStructuredOutput) await memory.rememberFailedStructuredOutput(model);
    const verdict = judgeResult(result, by, this.request.decode);
    switch (verdict.next) {
      case "accept":
        return success({ answer: verdict.answer, author: this.authorOf(model, result.metadata.sampling) });
      case "later": {
        const { until } = await memory.coolDown(model, verdict.failure);
        this.note(model, `${verdict.failure.message} (cools down until ${timeOfDay(until)})`);
        return undefined;
      }
      case "in-words":
        await memory.rememberFailedStructuredOutput(model);
        this.note(model, verdict.problem);
        return undefined;
      case "other-model":
        this.note(model, verdict.problem);
        this.queue.ruleOut((other) =>
          verdict.wholeProvider ? other.providerID === model.providerID : isSame(other, model),
        );
        return undefined;
      case "give-up":
        this.note(model, verdict.problem);
        return failure(this.problem);
      default:
        return unreachable(verdict);
    }
  }

  /** X11: by schema, unless the model cannot, by its provider's word or by its own deed. */
  private async answerForm(model: ModelRef): Promise<AnswerForm["by"]> {
    if (!this.canCallTools(model)) return "text";
    return (await this.around.memory.failsAtStructuredOutput(model)) ? "text" : "schema";
  }

  private canCallTools(model: ModelRef): boolean {
    return this.around.factsOf(model)?.canCallTools !== false;
  }

  private async spawn(model: ModelRef, by: AnswerForm["by"], isLast: boolean): Promise<SpawnResult> {
    const { clock, directory, idleTimeoutSeconds, report, reportOnce, runner, signal } = this.around;
    const { decode, name, prompt, role, schema, system, title, webOrigins } = this.request;
    const startedAt = clock.now();
    try {
      return await runner.spawnAgent(role, prompt, {
        directory,
        title,
        model,
        timeoutSeconds: (this.deadline - startedAt) / 1_000,
        system,
        answer: { schema, by, problemOf: (answer) => problemIn(decode(answer)) },
        // Waiting for a model makes no sense while another one could answer.
        ...(isLast ? {} : { providerRetries: 0, idleTimeoutSeconds }),
        webOrigins,
        withoutTools: !this.canCallTools(model),
        signal,
        onActivity: (activity) => {
          // With another model at hand the first retry ends the session: that is told as the move to the next.
          if (activity.kind === "retry" && isLast)
            report("warn", `${name}: retry ${activity.attempt}, ${activity.message}`);
          if (activity.kind === "notice") reportOnce("warn", activity.message);
          if (activity.kind !== "correction") return;
          const count = `${activity.correction} of ${MAX_CORRECTIONS}`;
          report("warn", `${name}: asked to correct its answer (${count}): ${inOneLine(activity.problem)}`);
        },
      });
    } catch (error) {
      // A bug in the runner costs this agent, not the others; its message reaches the user as this agent's reason.
      return {
        status: "error",
        failure: { reason: "host", message: messageOf(error), retryable: false },
        metadata: { ...nothingSpent(model), durationMs: clock.now() - startedAt },
      };
    }
  }

  private authorOf(model: ModelRef, sampling: Sampling | undefined): AnswerAuthor {
    return { agent: this.request.name, model, promptVersion: this.request.promptVersion, sampling };
  }

  private note(model: ModelRef, problem: string): void {
    this.problem = `${formatModelRef(model)}: ${inOneLine(problem)}`;
  }
}

function problemIn(decoded: Result<unknown, string>): string | undefined {
  return decoded.ok ? undefined : decoded.failure;
}

/** Providers answer with whole pages at times. */
function inOneLine(problem: string): string {
  return truncateUtf8(cleanLine(problem), MAX_REASON_BYTES);
}

function isSame(one: ModelRef, other: ModelRef): boolean {
  return formatModelRef(one) === formatModelRef(other);
}
