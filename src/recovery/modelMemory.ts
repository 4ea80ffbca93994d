import { join } from "node:path";
import { z } from "zod";
import type { AgentFailure } from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import { parseJson } from "../core/parseJson.ts";
import { messageOf } from "../core/refusal.ts";
import { dataDirectory } from "../core/stateDirectory.ts";
import type { ModelRef } from "../types.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
/** O10: the longest wait for a rate limit whose end nobody named. */
const RATE_LIMIT_MS = 60 * SECOND_MS;
const QUOTA_MS = HOUR_MS;
const LONGEST_COOLDOWN_MS = 24 * HOUR_MS;
/** Providers mend their models: what failed is tried again after this. */
const FORGOTTEN_AFTER_MS = 7 * 24 * HOUR_MS;

const recordSchema = z.object({
  version: z.literal(1),
  model: z.string(),
  cooldown: z.object({ until: z.number(), why: z.string() }).optional(),
  failedStructuredOutputAt: z.number().optional(),
});

type ModelRecord = Readonly<z.infer<typeof recordSchema>>;

/** A model that is not to be asked for now. */
export interface Cooldown {
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** What the provider said, in one line. */
  readonly why: string;
}

/**
 * What models did, remembered over processes and repositories: one small file a model below the data folder. Two
 * processes that write at the same moment can lose one of two facts, which costs a request. Damaged files count as
 * empty and files that cannot be written are kept in memory: memory never stops a command.
 */
export class ModelMemory {
  /** Where the files are: removing them forgets everything. */
  readonly folder: string;
  private readonly clock: Clock;
  private readonly onTrouble: (message: string) => void;
  private readonly seen = new Map<string, ModelRecord>();
  private isTroubleSaid = false;

  /** @param onTrouble told once, in one line, when the files cannot be used */
  constructor(environment: NodeJS.ProcessEnv, clock: Clock, onTrouble: (message: string) => void) {
    this.folder = join(dataDirectory(environment), "models");
    this.clock = clock;
    this.onTrouble = onTrouble;
  }

  /** Undefined: it may be asked. */
  async cooldownOf(model: ModelRef): Promise<Cooldown | undefined> {
    const now = this.clock.now();
    const { cooldown } = await this.recall(model);
    // Beyond the longest one: a clock was set back, or somebody else wrote the file.
    const holds = cooldown !== undefined && cooldown.until > now && cooldown.until <= now + LONGEST_COOLDOWN_MS;
    return holds ? cooldown : undefined;
  }

  /** True for a model that was asked for structured output in the last seven days and gave none. */
  async failsAtStructuredOutput(model: ModelRef): Promise<boolean> {
    const now = this.clock.now();
    const { failedStructuredOutputAt: at } = await this.recall(model);
    return at !== undefined && at <= now && at > now - FORGOTTEN_AFTER_MS;
  }

  /** Until the time the provider named; else 60 s for a rate limit, an hour for a quota; never more than 24 h. */
  async coolDown(model: ModelRef, failure: Pick<AgentFailure, "reason" | "message" | "retryAt">): Promise<Cooldown> {
    const now = this.clock.now();
    const unnamed = now + (failure.reason === "quota_exhausted" ? QUOTA_MS : RATE_LIMIT_MS);
    const end = Math.max(failure.retryAt ?? unnamed, now + SECOND_MS);
    const until = Math.min(Math.ceil(end), now + LONGEST_COOLDOWN_MS);
    const cooldown = { until, why: failure.message };
    await this.change(model, { cooldown });
    return cooldown;
  }

  async rememberFailedStructuredOutput(model: ModelRef): Promise<void> {
    await this.change(model, { failedStructuredOutputAt: this.clock.now() });
  }

  private async change(model: ModelRef, facts: Partial<ModelRecord>): Promise<void> {
    const record: ModelRecord = { ...(await this.recall(model)), ...facts };
    this.seen.set(record.model, record);
    try {
      await writeFileAtomic(this.fileOf(model), `${JSON.stringify(record)}\n`, 0o600);
    } catch (error) {
      this.sayTrouble(`what models did is remembered for this command only: ${messageOf(error)}`);
    }
  }

  /** What this process noted itself, where the file says less: it may not have been writable. */
  private async recall(model: ModelRef): Promise<ModelRecord> {
    const name = formatModelRef(model);
    const written = await this.read(model);
    const seen = this.seen.get(name);
    const cooldown = laterCooldown(written?.cooldown, seen?.cooldown);
    const failedAt = Math.max(written?.failedStructuredOutputAt ?? 0, seen?.failedStructuredOutputAt ?? 0);
    return {
      version: 1,
      model: name,
      ...(cooldown === undefined ? {} : { cooldown }),
      ...(failedAt === 0 ? {} : { failedStructuredOutputAt: failedAt }),
    };
  }

  private async read(model: ModelRef): Promise<ModelRecord | undefined> {
    try {
      const text = await readTextIfExists(this.fileOf(model));
      if (text === undefined) return undefined;
      const parsed = recordSchema.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      this.sayTrouble(`${this.fileOf(model)} is damaged: what it said about the model is lost`);
    } catch (error) {
      this.sayTrouble(`what models did earlier cannot be read: ${messageOf(error)}`);
    }
    return undefined;
  }

  private fileOf(model: ModelRef): string {
    return join(this.folder, `${encodeURIComponent(formatModelRef(model))}.json`);
  }

  private sayTrouble(message: string): void {
    if (this.isTroubleSaid) return;
    this.isTroubleSaid = true;
    this.onTrouble(message);
  }
}

function laterCooldown(one: Cooldown | undefined, other: Cooldown | undefined): Cooldown | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.until >= other.until ? one : other;
}
