import { join } from "node:path";
import { z } from "zod";
import type { AgentFailure, AgentRole } from "../core/agentRunner.ts";
import type { Clock } from "../core/clock.ts";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import { parseJson } from "../core/parseJson.ts";
import { createLimiter } from "../core/rateLimit.ts";
import { messageOf } from "../core/refusal.ts";
import { dataDirectory } from "../core/stateDirectory.ts";
import type { ModelRef } from "../types.ts";
import {
  afterFailure,
  afterSuccess,
  type Breaker,
  breakerState,
  CLOSED,
  FAILURES_TO_OPEN,
  withoutTrial,
  withTrial,
} from "./circuitBreaker.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
/** O10: waits for rate limits whose end nobody named, one after the other. */
const RATE_LIMIT_MS = [5 * SECOND_MS, 30 * SECOND_MS, 60 * SECOND_MS] as const;
const LONGEST_RATE_LIMIT_MS = 60 * SECOND_MS;
const QUOTA_MS = HOUR_MS;
const LONGEST_COOLDOWN_MS = 24 * HOUR_MS;
/** Providers mend their models: what failed is tried again after this. */
const FORGOTTEN_AFTER_MS = 7 * 24 * HOUR_MS;

const recordSchema = z.object({
  version: z.literal(1),
  model: z.string(),
  cooldown: z.object({ until: z.number(), why: z.string() }).optional(),
  /** Rate limits without a time, since it last answered. */
  limitsInARow: z.number().optional(),
  failedStructuredOutputAt: z.number().optional(),
  /** By role. */
  breakers: z
    .record(
      z.string(),
      z.object({
        failures: z.array(z.number()),
        openedAt: z.number().optional(),
        trialAt: z.number().optional(),
        why: z.string().optional(),
      }),
    )
    .optional(),
});

type ModelRecord = Readonly<z.infer<typeof recordSchema>>;

/** A model that is not to be asked for now. */
export interface Cooldown {
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** What the provider said, in one line. */
  readonly why: string;
}

/** `isTrial`: it failed too often, and whether it may be asked by others too depends on how this goes. */
export type Admission =
  | { readonly kind: "admitted"; readonly isTrial: boolean }
  | { readonly kind: "refused"; readonly cooldown: Cooldown };

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
  /** What could not be written; it holds for this process. */
  private readonly unwritten = new Map<string, ModelRecord>();
  /** A change reads, then writes: one at a time. */
  private readonly inTurn = createLimiter(1);
  private isTroubleSaid = false;

  /** @param onTrouble told once, in one line, when the files cannot be used */
  constructor(environment: NodeJS.ProcessEnv, clock: Clock, onTrouble: (message: string) => void) {
    this.folder = join(dataDirectory(environment), "models");
    this.clock = clock;
    this.onTrouble = onTrouble;
  }

  /** Undefined: it may be asked. With a role, by what it did in that role too. */
  async cooldownOf(model: ModelRef, role?: AgentRole): Promise<Cooldown | undefined> {
    return cooldownIn(await this.recall(model), role, this.clock.now());
  }

  /**
   * As `cooldownOf`, for who is about to ask: of a model that failed too often only one gets to try again. Whoever is
   * admitted has to say how it went: by `succeeded`, `failed`, `coolDown` with the role, or `undecided`.
   */
  async admit(model: ModelRef, role: AgentRole): Promise<Admission> {
    let admission: Admission = { kind: "admitted", isTrial: false };
    await this.change(model, (record) => {
      const now = this.clock.now();
      const cooldown = cooldownIn(record, role, now);
      const breaker = breakerOf(record, role);
      const isTrial = breakerState(breaker, now).kind === "half-open";
      admission = cooldown === undefined ? { kind: "admitted", isTrial } : { kind: "refused", cooldown };
      return cooldown === undefined && isTrial ? withBreaker(record, role, withTrial(breaker, now)) : record;
    });
    return admission;
  }

  /** True for a model that was asked for structured output in the last seven days and gave none. */
  async failsAtStructuredOutput(model: ModelRef): Promise<boolean> {
    const now = this.clock.now();
    const { failedStructuredOutputAt: at } = await this.recall(model);
    return at !== undefined && at <= now && at > now - FORGOTTEN_AFTER_MS;
  }

  /**
   * Until the time the provider named, 24 h at most; else an hour for a quota, and 5, 30, then 60 s for rate limits in
   * a row, of which those that come while it cools down are one.
   */
  async coolDown(
    model: ModelRef,
    failure: Pick<AgentFailure, "reason" | "message" | "retryAt">,
    role?: AgentRole,
  ): Promise<Cooldown> {
    const { cooldown } = await this.change(model, (record) => {
      const now = this.clock.now();
      const isUnnamed = failure.retryAt === undefined && failure.reason !== "quota_exhausted";
      const limitsInARow = isUnnamed ? nextLimit(record, now) : (record.limitsInARow ?? 0);
      const waitMs = isUnnamed ? (RATE_LIMIT_MS[limitsInARow - 1] ?? LONGEST_RATE_LIMIT_MS) : QUOTA_MS;
      const end = Math.max(failure.retryAt ?? now + waitMs, now + SECOND_MS);
      const until = Math.min(Math.ceil(end), now + LONGEST_COOLDOWN_MS);
      const earlier = cooldownIn(record, undefined, now);
      const later = earlier !== undefined && earlier.until > until ? earlier : { until, why: failure.message };
      return { ...withoutItsTrial(record, role), cooldown: later, limitsInARow };
    });
    return cooldown ?? { until: this.clock.now(), why: failure.message };
  }

  /** It answered. */
  async succeeded(model: ModelRef, role: AgentRole): Promise<void> {
    await this.change(model, (record) => {
      const breaker = breakerOf(record, role);
      const after = afterSuccess(breaker, this.clock.now());
      if (after === breaker && (record.limitsInARow ?? 0) === 0) return record;
      return { ...withBreaker(record, role, after), limitsInARow: 0 };
    });
  }

  /** It gave no answer, or none that can be read, for a reason of its own or of its provider's. */
  async failed(model: ModelRef, role: AgentRole, why: string): Promise<void> {
    await this.change(model, (record) =>
      withBreaker(record, role, afterFailure(breakerOf(record, role), why, this.clock.now())),
    );
  }

  /** What came of asking says nothing about the model. */
  async undecided(model: ModelRef, role: AgentRole): Promise<void> {
    await this.change(model, (record) => withoutItsTrial(record, role));
  }

  async rememberFailedStructuredOutput(model: ModelRef): Promise<void> {
    await this.change(model, (record) => ({ ...record, failedStructuredOutputAt: this.clock.now() }));
  }

  /** Writes nothing where `next` gives back what it was given. */
  private change(model: ModelRef, next: (record: ModelRecord) => ModelRecord): Promise<ModelRecord> {
    return this.inTurn(async () => {
      const before = await this.recall(model);
      const record = next(before);
      if (record === before) return record;
      try {
        await writeFileAtomic(this.fileOf(model), `${JSON.stringify(record)}\n`, 0o600);
        this.unwritten.delete(record.model);
      } catch (error) {
        this.unwritten.set(record.model, record);
        this.sayTrouble(`what models did is remembered for this command only: ${messageOf(error)}`);
      }
      return record;
    });
  }

  private async recall(model: ModelRef): Promise<ModelRecord> {
    const name = formatModelRef(model);
    return this.unwritten.get(name) ?? (await this.read(model)) ?? { version: 1, model: name };
  }

  private async read(model: ModelRef): Promise<ModelRecord | undefined> {
    try {
      const text = await readTextIfExists(this.fileOf(model));
      if (text === undefined) return undefined;
      const parsed = recordSchema.safeParse(parseJson(text));
      if (parsed.success) return { ...parsed.data, model: formatModelRef(model) };
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

function cooldownIn(record: ModelRecord, role: AgentRole | undefined, now: number): Cooldown | undefined {
  const { cooldown } = record;
  // Beyond the longest one: a clock was set back, or somebody else wrote the file.
  const holds = cooldown !== undefined && cooldown.until > now && cooldown.until <= now + LONGEST_COOLDOWN_MS;
  const broken = role === undefined ? undefined : brokenUntil(breakerOf(record, role), now);
  if (!holds || (broken !== undefined && broken.until > cooldown.until)) return broken;
  return cooldown;
}

function brokenUntil(breaker: Breaker, now: number): Cooldown | undefined {
  const state = breakerState(breaker, now);
  const last = breaker.why === undefined ? "" : `, last: ${breaker.why}`;
  switch (state.kind) {
    case "closed":
      return undefined;
    case "open":
      return { until: state.until, why: `failed ${FAILURES_TO_OPEN} times in 5 minutes${last}` };
    case "half-open":
      if (state.trialUntil === undefined) return undefined;
      return { until: state.trialUntil, why: `one task tries whether it works again${last}` };
  }
}

/** The limits in a row with the one that has come now. An hour after the last has ended they are forgotten. */
function nextLimit({ cooldown, limitsInARow = 0 }: ModelRecord, now: number): number {
  if (cooldown === undefined || cooldown.until + HOUR_MS < now) return 1;
  // Several that asked at once are refused at once.
  const isSameLimit = cooldown.until > now && limitsInARow > 0;
  return isSameLimit ? limitsInARow : Math.min(limitsInARow + 1, RATE_LIMIT_MS.length);
}

function breakerOf({ breakers }: ModelRecord, role: AgentRole): Breaker {
  return breakers?.[role] ?? CLOSED;
}

function withBreaker(record: ModelRecord, role: AgentRole, breaker: Breaker): ModelRecord {
  if (breaker === breakerOf(record, role)) return record;
  return { ...record, breakers: { ...record.breakers, [role]: { ...breaker, failures: [...breaker.failures] } } };
}

function withoutItsTrial(record: ModelRecord, role: AgentRole | undefined): ModelRecord {
  return role === undefined ? record : withBreaker(record, role, withoutTrial(breakerOf(record, role)));
}
