import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/refusal.ts";
import { withTimeLimit } from "../../core/timeLimit.ts";
import { ArtifactLineage } from "../../recovery/artifacts/artifactLineage.ts";
import type {
  Artifact,
  ArtifactCall,
  ArtifactKind,
  ArtifactProducer,
} from "../../recovery/artifacts/artifactRecord.ts";
import type { ArtifactStore } from "../../recovery/artifacts/artifactStore.ts";
import type { JournalOptions } from "../../recovery/journal.ts";
import { type Mask, maskedContent } from "./maskedContent.ts";

/** An artifact on its way to disk. */
export interface PendingArtifact {
  /** Once it is there; undefined where it could not be kept. Never rejects. */
  readonly id: Promise<string | undefined>;
}

export interface NewArtifact {
  readonly kind: ArtifactKind;
  readonly schema: { readonly name: string; readonly version: string };
  /** Text as it is; anything else is plain data, kept as JSON. */
  readonly content: unknown;
  readonly producer: ArtifactProducer;
  readonly call?: ArtifactCall;
  readonly consumes: readonly (PendingArtifact | undefined)[];
}

export interface RunArtifactsOptions {
  readonly store: ArtifactStore;
  /** Where the run's lineage lies; written to only while the run's lock is held. */
  readonly lineagePath: string;
  readonly journal: JournalOptions;
  readonly mask: Mask;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

type OpenedLineage = { readonly lineage: ArtifactLineage; readonly artifacts: readonly Artifact[] };

/** Content that waits for a slow disk, in characters: beyond it what comes is not kept. */
const MOST_WAITING = 64 * 1024 * 1024;
/** At the end of a run, what is still on its way to a disk that does not answer is given up. */
const LAST_WAIT_MS = 10_000;
/** Of a run that was told to stop: its track has to be free before its process is made to leave. */
const STOPPED_WAIT_MS = 1_000;
const KEEPING = "keeping what agents did";

/**
 * Keeps what a run's agents are sent, do and say, in the background and in the order it came: nobody waits for it, and
 * where it cannot be kept the person is told once and the run goes on as it is. `close()` must be called.
 */
export class RunArtifacts {
  private readonly options: RunArtifactsOptions;
  private readonly lineage: ArtifactLineage | undefined;
  private readonly latest = new Map<string, PendingArtifact>();
  private queue: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private hasEnded = false;

  private constructor(options: RunArtifactsOptions, opened: OpenedLineage | undefined) {
    this.options = options;
    this.lineage = opened?.lineage;
    this.hasEnded = opened === undefined;
    for (const { id, kind, producer } of opened?.artifacts ?? []) {
      if (producer.task !== undefined) this.latest.set(keyOf(producer.task, kind), { id: Promise.resolve(id) });
    }
  }

  /** Never rejects: where nothing can be kept, it keeps nothing. Call it only while holding the run's lock. */
  static async open(options: RunArtifactsOptions): Promise<RunArtifacts> {
    try {
      const opened = await ArtifactLineage.open(options.lineagePath, options.journal);
      if (opened.ok) return new RunArtifacts(options, opened.value);
      options.warn(notKept(opened.failure.message));
    } catch (error) {
      options.warn(notKept(messageOf(error)));
    }
    return new RunArtifacts(options, undefined);
  }

  /** Returns at once; content and time are those of this moment. */
  note(artifact: NewArtifact): PendingArtifact {
    const size = sizeOf(artifact.content);
    if (this.waiting + size > MOST_WAITING) this.giveUp("the disk is too slow");
    if (this.hasEnded) return { id: Promise.resolve(undefined) };
    this.waiting += size;
    const at = this.options.clock.now();
    const id = this.queue
      .then(() => this.keep(artifact, at))
      .catch((error: unknown) => this.giveUp(messageOf(error)))
      .finally(() => {
        this.waiting -= size;
      });
    this.queue = id;
    const pending = { id };
    if (artifact.producer.task !== undefined) this.latest.set(keyOf(artifact.producer.task, artifact.kind), pending);
    return pending;
  }

  /** What was kept last of a kind for a task, by earlier processes too. */
  latestOf(task: string, kind: ArtifactKind): PendingArtifact | undefined {
    return this.latest.get(keyOf(task, kind));
  }

  /**
   * Resolves once everything noted is on disk or given up, which `stopped` hastens; nothing can be noted afterwards.
   */
  async close(stopped: AbortSignal): Promise<void> {
    const ended = this.end();
    try {
      await withTimeLimit(() => ended, LAST_WAIT_MS, KEEPING, stopped).catch((error: unknown) => {
        if (!stopped.aborted) throw error;
        return withTimeLimit(() => ended, STOPPED_WAIT_MS, KEEPING);
      });
    } catch (error) {
      this.giveUp(messageOf(error));
    }
  }

  private async keep({ content, consumes, ...artifact }: NewArtifact, at: number): Promise<string | undefined> {
    const { lineage } = this;
    if (lineage === undefined || this.hasEnded) return undefined;
    const { mask, store } = this.options;
    const masked = await maskedContent(content, mask);
    const text = typeof masked.content === "string" ? masked.content : JSON.stringify(masked.content);
    const { id, bytes, cut } = await store.put(text);
    const made = await Promise.all(consumes.map((pending) => pending?.id));
    const record: Artifact = {
      ...{ version: 1, id, bytes, at },
      ...(cut || masked.cut ? { cut: true } : {}),
      ...artifact,
      ...(artifact.call === undefined ? {} : { call: await maskedCall(artifact.call, mask) }),
      consumes: [...new Set(made.filter((made) => made !== undefined))],
    };
    await lineage.append(record);
    return id;
  }

  private async end(): Promise<void> {
    await this.queue;
    this.hasEnded = true;
    await this.lineage?.close();
  }

  /** The first thing that goes wrong is the last that is tried. */
  private giveUp(why: string): undefined {
    if (!this.hasEnded) this.options.warn(notKept(why));
    this.hasEnded = true;
    return undefined;
  }
}

function notKept(why: string): string {
  return `what agents say and do is not kept in this run from here on: ${why}`;
}

async function maskedCall(call: ArtifactCall, mask: Mask): Promise<ArtifactCall> {
  return { ...call, paths: await Promise.all(call.paths.map(mask)) };
}

function keyOf(task: string, kind: ArtifactKind): string {
  return `${kind} ${task}`;
}

function sizeOf(content: unknown): number {
  if (typeof content === "string") return content.length;
  if (typeof content !== "object" || content === null) return 8;
  return Object.values(content).reduce<number>((sum, value) => sum + sizeOf(value), 0);
}
