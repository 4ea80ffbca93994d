import type { Hooks } from "@opencode-ai/plugin";
import type { Sampling } from "../core/agentRunner.ts";

type ChatParams = NonNullable<Hooks["chat.params"]>;
type Asked = Parameters<ChatParams>[0];
type Params = Parameters<ChatParams>[1];

/** These refuse a request that sets both temperature and top_p. */
const EITHER_NOT_BOTH = /anthropic|bedrock/;

/**
 * D1: agents' answers are sampled as little as the model allows: temperature 0, top_p 1, and a seed. What a model does
 * not take is left out, and what was sent is kept for the record. One object a process: a session may run in another
 * instance than the command that made it.
 */
export class FixedSampling {
  private readonly seeds = new Map<string, number>();
  private readonly sent = new Map<string, Sampling>();

  /** From here on the session's requests are sampled so. */
  fix(sessionID: string, seed: number): void {
    this.seeds.set(sessionID, seed);
  }

  /** What its requests were sent with; undefined when none was, or none was fixed. */
  release(sessionID: string): Sampling | undefined {
    const sent = this.sent.get(sessionID);
    this.seeds.delete(sessionID);
    this.sent.delete(sessionID);
    return sent;
  }

  /** OpenCode's hook before each request. */
  readonly onParams = async (asked: Asked, params: Params): Promise<void> => {
    const seed = this.seeds.get(asked.sessionID);
    if (seed === undefined) return;
    const sampling = samplingFor(asked.model, params, seed);
    if (sampling.temperature !== undefined) params.temperature = sampling.temperature;
    if (sampling.topP !== undefined) params.topP = sampling.topP;
    if (sampling.seed !== undefined) params.options.seed = sampling.seed;
    this.sent.set(asked.sessionID, sampling);
  };
}

function samplingFor(model: Asked["model"], params: Params, seed: number): Sampling {
  if (!model.capabilities.temperature) return {};
  // OpenCode knows models that answer badly, or not at all, at another temperature than their own; a user may set one.
  const hasItsOwn = typeof params.temperature === "number";
  if (hasItsOwn)
    return { temperature: params.temperature, ...(params.topP === undefined ? {} : { topP: params.topP }) };
  return {
    temperature: 0,
    ...(EITHER_NOT_BOTH.test(model.api.npm) ? {} : { topP: 1 }),
    ...(model.api.npm === "@ai-sdk/openai-compatible" ? { seed } : {}),
  };
}
