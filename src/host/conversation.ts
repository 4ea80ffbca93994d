import { setTimeout as wait } from "node:timers/promises";
import { type AgentRole, type AnswerForm, MAX_CORRECTIONS, type SpawnOptions } from "../core/agentRunner.ts";
import { messageOf } from "../core/refusal.ts";
import { withResumeData } from "../core/resumeData.ts";
import type { ModelRef } from "../types.ts";
import { agentOfRole } from "./agents.ts";
import { correctionPrompt, promptInWords } from "./answerPrompts.ts";
import { answerOf, type OpencodeClient } from "./opencodeClient.ts";
import { field, type SessionEvents } from "./sessionEvents.ts";
import { SessionWatch } from "./sessionWatch.ts";
import { endingOfOutcome, endingOfStop, errorEnding, type PromptOutcome, type SpawnEnding } from "./spawnEnding.ts";

/** How long an aborted session may take to end; an interrupted command has 5 s for everything. */
const ABORT_LIMIT_MS = 2_000;
/** How long its supervisor may take to save what there is when a limit has passed. */
const SAVING_LIMIT_MS = 5_000;

export interface ConversationHost {
  readonly client: OpencodeClient;
  readonly events: SessionEvents;
  /** Keys that some providers repeat in their messages. */
  readonly secrets: readonly string[];
}

export interface ConversationEnding {
  readonly ending: SpawnEnding;
  readonly prompts: number;
  readonly failedStructuredOutput: boolean;
}

/**
 * One session from its prompt to an answer that is accepted, corrections included, or to whatever ended it before:
 * the time limit and the idle limit are for the whole of it.
 */
export class Conversation {
  private readonly host: ConversationHost;
  private readonly sessionID: string;
  private readonly role: AgentRole;
  private readonly options: SpawnOptions;
  private prompts = 0;
  private failedStructuredOutput = false;

  constructor(host: ConversationHost, sessionID: string, role: AgentRole, options: SpawnOptions) {
    this.host = host;
    this.sessionID = sessionID;
    this.role = role;
    this.options = options;
  }

  async hold(prompt: string): Promise<ConversationEnding> {
    const { timeoutSeconds, idleTimeoutSeconds, signal, onActivity, providerRetries, hold } = this.options;
    const watch = new SessionWatch({
      sessionID: this.sessionID,
      events: this.host.events,
      timeoutMs: timeoutSeconds * 1000,
      idleMs: idleTimeoutSeconds === undefined ? undefined : idleTimeoutSeconds * 1000,
      signal,
      onActivity,
      providerRetries,
      hold,
    });
    try {
      const first = withResumeData(prompt, this.options.resumeData);
      const ending =
        this.options.answer === undefined
          ? await this.askUntilNothingFollows(first, watch)
          : await this.askUntilAccepted(first, this.options.answer, watch);
      return { ending, prompts: this.prompts, failedStructuredOutput: this.failedStructuredOutput };
    } finally {
      watch.end();
    }
  }

  private async askUntilNothingFollows(prompt: string, watch: SessionWatch): Promise<SpawnEnding> {
    const { followUp, hold, signal } = this.options;
    let next: string | undefined = prompt;
    for (;;) {
      const ending: SpawnEnding = await this.ask(next, undefined, watch);
      if (ending.status !== "success" || followUp === undefined) return ending;
      watch.pause();
      next = await followUp(ending.text);
      if (next !== undefined) await hold?.whenFree(signal);
      if (next === undefined || signal.aborted) return ending;
      watch.resume();
    }
  }

  private async askUntilAccepted(prompt: string, answer: AnswerForm, watch: SessionWatch): Promise<SpawnEnding> {
    const { onActivity } = this.options;
    let next = answer.by === "text" ? promptInWords(prompt, answer.schema) : prompt;
    let by = answer.by;
    for (let correction = 1; ; correction++) {
      const ending = await this.ask(next, { ...answer, by }, watch);
      const problem = problemOfEnding(ending, answer);
      if (problem === undefined) return ending;
      if (correction > MAX_CORRECTIONS) {
        return errorEnding({ reason: "invalid_answer", message: problem, retryable: true });
      }
      onActivity?.({ kind: "correction", correction, problem });
      // A model that did not answer through the tool will hardly do so when asked again.
      if (ending.status === "error") by = "text";
      next = correctionPrompt(problem, by === "text" ? answer.schema : undefined);
    }
  }

  /** Sends one prompt and waits for its answer, or stops the session when the watch says so. */
  private async ask(text: string, form: AnswerForm | undefined, watch: SessionWatch): Promise<SpawnEnding> {
    this.prompts++;
    const answer = this.send(text, form);
    const first = await Promise.race([answer, watch.stopped]);
    if ("kind" in first) {
      this.failedStructuredOutput ||= form?.by === "schema" && hasNoStructure(first);
      return endingOfOutcome(first, form !== undefined, this.host.secrets);
    }
    if (first.reason === "timeout" || first.reason === "idle") await this.saveAtLimit();
    await abortSession(this.host.client, this.sessionID, this.options.directory);
    // The prompt call returns once the abort has reached the model call and the shell; not for ever if it does not.
    await Promise.race([answer, wait(ABORT_LIMIT_MS, undefined, { ref: false })]);
    return endingOfStop(first, this.host.secrets);
  }

  private async saveAtLimit(): Promise<void> {
    await Promise.race([this.options.supervisor?.onTimeLimit(), wait(SAVING_LIMIT_MS, undefined, { ref: false })]);
  }

  private async send(text: string, form: AnswerForm | undefined): Promise<PromptOutcome> {
    const { directory, model, system } = this.options;
    try {
      const { data, error } = await this.host.client.session.prompt({
        sessionID: this.sessionID,
        directory,
        agent: agentOfRole(this.role),
        ...(model === undefined ? {} : { model: modelOf(model) }),
        ...(system === "" ? {} : { system }),
        ...(form?.by === "schema" ? { format: { type: "json_schema" as const, schema: { ...form.schema } } } : {}),
        parts: [{ type: "text", text }],
      });
      if (data === undefined) return { kind: "rejected", message: hostErrorText(error) };
      return { kind: "answered", info: data.info, parts: data.parts };
    } catch (error) {
      return { kind: "rejected", message: messageOf(error) };
    }
  }
}

export async function abortSession(client: OpencodeClient, sessionID: string, directory: string): Promise<void> {
  await answerOf("an abort", (limit) => client.session.abort({ sessionID, directory }, { signal: limit })).catch(
    () => undefined,
  );
}

/** Why the agent is asked again; undefined: this ending stands. */
function problemOfEnding(ending: SpawnEnding, answer: AnswerForm): string | undefined {
  if (ending.status === "success") return answer.problemOf(ending.structured);
  if (ending.status === "error" && ending.failure.reason === "invalid_answer") return ending.failure.message;
  return undefined;
}

function hasNoStructure(outcome: PromptOutcome): boolean {
  if (outcome.kind === "rejected" || outcome.info.structured !== undefined) return false;
  return outcome.info.error === undefined || outcome.info.error.name === "StructuredOutputError";
}

function modelOf(model: ModelRef): { providerID: string; modelID: string } {
  return { providerID: model.providerID, modelID: model.modelID };
}

/** OpenCode's own errors are objects whose text is in `data.message`. */
function hostErrorText(error: unknown): string {
  const message = field(field(error, "data"), "message");
  return typeof message === "string" ? message : messageOf(error);
}
