import type { AgentRole, JsonSchema, Sampling } from "../core/agentRunner.ts";
import type { Result } from "../core/result.ts";
import type { ModelRef } from "../types.ts";
import type { AgentUsage } from "./agentUsage.ts";

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
  /** Models that may cost money, for when none of `models` can be asked. Left out: there are none. */
  readonly behind?: ModelsBehind | undefined;
}

export interface ModelsBehind {
  readonly models: readonly ModelRef[];
  /**
   * False: the agent ends without an answer rather than ask them. `patience` is how long it can wait for that to be
   * known.
   */
  readonly isNeeded: (patience: (decided: AbortSignal) => Promise<void>) => Promise<boolean>;
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

export interface NoAnswer {
  /** In one line. */
  readonly reason: string;
  /** The same as far as progress has not told it of this agent yet. */
  readonly news: string;
  /** More time could have brought an answer. */
  readonly isOutOfTime: boolean;
}

export interface AgentOutcome<Answer> {
  readonly result: Result<Answered<Answer>, NoAnswer>;
  readonly usage: AgentUsage;
}
