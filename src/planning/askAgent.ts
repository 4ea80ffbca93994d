import {
  type AgentFailure,
  type AnswerForm,
  nothingSpent,
  type Sampling,
  type SpawnResult,
} from "../core/agentRunner.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import { messageOf } from "../core/refusal.ts";
import { failure, type Result, success } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import type { ModelRef } from "../types.ts";
import { AgentProgress } from "./agentProgress.ts";
import type { AgentOutcome, AgentRequest, AnswerAuthor, Answered, ModelsBehind, NoAnswer } from "./agentRequest.ts";
import type { AgentSurroundings } from "./agentSurroundings.ts";
import { addUsage, NOTHING_USED } from "./agentUsage.ts";
import { judgeResult, type Verdict } from "./agentVerdict.ts";
import { timeOfDay } from "./cooldownText.ts";
import { type CoolingModel, isSameModel, ModelQueue } from "./modelQueue.ts";

/** A model that others stand behind gets half of the time that is left, and at least this. */
const LEAST_SHARE_MS = 1_000;
/** Below this no session is begun. */
const LEAST_TIME_MS = 500;

/** So many models may give answers of the wrong form, corrected in vain: it is the request then, not the model. */
const MOST_WRONG_FORMS = 2;
/** Sessions of one agent that spent tokens or ran into a limit of time. */
const MOST_SPENT_SESSIONS = 4;

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

type Outcome<Answer> = Result<Answered<Answer>, NoAnswer>;

class Asking<Answer> {
  private readonly request: AgentRequest<Answer>;
  private readonly around: AgentSurroundings;
  private readonly queue: ModelQueue;
  private readonly progress: AgentProgress;
  private readonly deadline: number;
  /** Undefined once they stand in the queue too. */
  private behind: ModelsBehind | undefined;
  private isOutOfTime = false;
  private sessions = 0;
  private spentSessions = 0;
  private wrongForms = 0;
  usage = NOTHING_USED;

  constructor(request: AgentRequest<Answer>, around: AgentSurroundings) {
    this.request = request;
    this.around = around;
    this.progress = new AgentProgress(request.name, around);
    this.queue = new ModelQueue(request.models, around.memory);
    this.deadline = around.clock.now() + around.timeoutSeconds * 1_000;
    this.behind = request.behind?.models.length === 0 ? undefined : request.behind;
  }

  async untilAnswered(): Promise<Outcome<Answer>> {
    for (;;) {
      if (this.around.signal.aborted) return this.fail("interrupted");
      if (this.spentSessions === MOST_SPENT_SESSIONS) return this.fail();
      const next = await this.queue.next();
      if (next.kind === "ask") {
        for (const cooling of next.cooling) this.progress.tellCooling(cooling);
        const ended = await this.askNext(next.model, next.isLast && this.behind === undefined);
        if (ended !== undefined) return ended;
      } else if (this.behind !== undefined) {
        if (next.kind === "all-cooling") this.progress.noteAllCooling(next.cooling);
        const isBehind = await this.goBehind(this.behind);
        if (!isBehind) return this.fail();
      } else if (next.kind === "none") {
        return this.fail();
      } else {
        const ended = await this.waitForFirst(next.cooling);
        if (ended !== undefined) return ended;
      }
    }
  }

  private async askNext(model: ModelRef, isLast: boolean): Promise<Outcome<Answer> | undefined> {
    const left = this.deadline - this.around.clock.now();
    if (left < LEAST_TIME_MS) {
      this.isOutOfTime = true;
      if (this.sessions === 0) return this.fail(`no answer within ${this.timeLimit()}`);
      return this.fail();
    }
    this.progress.tellWho(model);
    this.sessions++;
    return this.ask(model, isLast, isLast ? left : Math.min(left, Math.max(left / 2, LEAST_SHARE_MS)));
  }

  /** @returns whether the models behind stand in the queue now */
  private async goBehind({ models, isNeeded }: ModelsBehind): Promise<boolean> {
    const { clock, pause, report, isNews, signal } = this.around;
    const patience = (decided: AbortSignal) =>
      pause((this.deadline - clock.now()) / 2, AbortSignal.any([signal, decided]));
    const names = models.map(formatModelRef).join(", ");
    if (!(await isNeeded(patience))) {
      this.progress.noteUnneeded(names);
      return false;
    }
    this.behind = undefined;
    this.queue.append(models);
    if (!signal.aborted && isNews("models behind")) {
      report("warn", `no free model can be asked now: the session's model ${names} is asked, which may cost money`);
    }
    return true;
  }

  /** @param cooling soonest first */
  private async waitForFirst(cooling: readonly CoolingModel[]): Promise<Outcome<Answer> | undefined> {
    const { clock, memory, pause, signal } = this.around;
    const [first] = cooling;
    if (first === undefined || first.until >= this.deadline) {
      this.progress.noteAllCooling(cooling);
      this.progress.tellOnce(`to ask them all the same, remove ${memory.folder}`);
      return this.fail();
    }
    for (const one of cooling) this.progress.tellCooling(one);
    this.progress.tellOnce(`waiting until ${timeOfDay(first.until)} for ${formatModelRef(first.model)}`);
    await pause(first.until - clock.now(), signal);
    return undefined;
  }

  /** One session with one model. Undefined: another model, or the same one once more, may have the answer. */
  private async ask(model: ModelRef, isLast: boolean, limitMs: number): Promise<Outcome<Answer> | undefined> {
    const { memory } = this.around;
    const by = await this.answerForm(model);
    const result = await this.spawn(model, by, isLast, limitMs);
    const verdict = judgeResult(result, by, this.request.decode);
    this.count(model, result, verdict);
    if (result.metadata.failedStructuredOutput) await memory.rememberFailedStructuredOutput(model);
    switch (verdict.next) {
      case "accept":
        await memory.succeeded(model, this.request.role);
        return success({ answer: verdict.answer, author: this.authorOf(model, result.metadata.sampling) });
      case "later":
        await this.coolDown(model, verdict.failure);
        return undefined;
      case "in-words":
        await memory.rememberFailedStructuredOutput(model);
        this.progress.noteInWords(model, verdict.problem);
        return undefined;
      case "other-model":
        this.progress.note(model, verdict.problem);
        this.queue.ruleOut((other) =>
          verdict.wholeProvider ? other.providerID === model.providerID : isSameModel(other, model),
        );
        return undefined;
      case "too-late": {
        const hadItAll = isLast && this.sessions === 1;
        this.progress.note(model, `no answer ${hadItAll ? "within" : "in its share of"} ${this.timeLimit()}`);
        this.isOutOfTime = true;
        this.queue.ruleOut((other) => isSameModel(other, model));
        return undefined;
      }
      case "wrong-form":
        this.progress.note(model, verdict.problem);
        this.queue.ruleOut((other) => isSameModel(other, model));
        this.wrongForms++;
        return this.wrongForms === MOST_WRONG_FORMS ? this.fail() : undefined;
      case "give-up":
        this.progress.note(model, verdict.problem);
        return this.fail();
      default:
        return unreachable(verdict);
    }
  }

  private count(model: ModelRef, { status, metadata }: SpawnResult, verdict: Verdict<Answer>): void {
    const { tokensUsed: tokens, costUsd } = metadata;
    const isSpent = tokens > 0 || costUsd > 0;
    const models = isSpent || verdict.next === "accept" ? [model] : [];
    this.usage = addUsage(this.usage, { tokens, costUsd, models });
    if (isSpent || status === "timeout") this.spentSessions++;
  }

  private async coolDown(model: ModelRef, failed: AgentFailure): Promise<void> {
    // Before others can come upon it: who was refused tells of it.
    const isNews = this.progress.isNewCooldown(model);
    const { until } = await this.around.memory.coolDown(model, failed);
    this.progress.noteCooldown({ model, until, why: failed.message }, isNews);
  }

  /** X11: by schema, unless the model cannot, by its provider's word or by its own deed. */
  private async answerForm(model: ModelRef): Promise<AnswerForm["by"]> {
    if (!this.canCallTools(model)) return "text";
    return (await this.around.memory.failsAtStructuredOutput(model)) ? "text" : "schema";
  }

  private canCallTools(model: ModelRef): boolean {
    return this.around.factsOf(model)?.canCallTools !== false;
  }

  private async spawn(model: ModelRef, by: AnswerForm["by"], isLast: boolean, limitMs: number): Promise<SpawnResult> {
    const { clock, directory, idleTimeoutSeconds, runner, signal } = this.around;
    const { decode, prompt, role, schema, system, title, webOrigins } = this.request;
    const startedAt = clock.now();
    try {
      return await runner.spawnAgent(role, prompt, {
        directory,
        title,
        model,
        timeoutSeconds: limitMs / 1_000,
        system,
        answer: { schema, by, problemOf: (answer) => problemIn(decode(answer)) },
        // Waiting for a model makes no sense while another one could answer.
        ...(isLast ? {} : { providerRetries: 0, idleTimeoutSeconds }),
        webOrigins,
        withoutTools: !this.canCallTools(model),
        signal,
        onActivity: (activity) => {
          // With another model at hand the first retry ends the session: that is told as the move to the next.
          if (activity.kind === "retry" && isLast) this.progress.tellRetry(activity.attempt, activity.message);
          if (activity.kind === "notice") this.progress.tellOnce(activity.message);
          if (activity.kind === "correction") this.progress.tellCorrection(activity.correction, activity.problem);
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

  private timeLimit(): string {
    return `planningTimeoutSeconds (${this.around.timeoutSeconds} s)`;
  }

  /** @param reason left out: what progress has noted last */
  private fail(reason?: string): Result<never, NoAnswer> {
    const { problem, news = problem } = this.progress;
    return failure({ reason: reason ?? problem, news: reason ?? news, isOutOfTime: this.isOutOfTime });
  }
}

function problemIn(decoded: Result<unknown, string>): string | undefined {
  return decoded.ok ? undefined : decoded.failure;
}
