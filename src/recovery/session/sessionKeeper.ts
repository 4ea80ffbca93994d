import { writeFileAtomic } from "../../core/files.ts";
import type { Journal } from "../journal.ts";
import type { RunState } from "../runState.ts";
import { sessionPath } from "./sessionFile.ts";
import { SessionWriter } from "./sessionText.ts";

/** How long what happened in a run may be missing in its session. */
const SOONEST_MS = 1_000;
/** A session that takes 10 ms to publish is published every half second at most: two parts in a hundred of the time. */
const REST_FOR_WORK = 50;

export interface KeptSession {
  readonly journal: Journal;
  readonly state: RunState;
  /** Rejects when the run is no longer ours. */
  readonly assertOwned: () => Promise<void>;
}

/**
 * Publishes a run's state beside its journal, in the background while it changes and once more at the end. What it
 * publishes is on disk in the journal. That it cannot be published harms nobody: the journal tells everything.
 */
export class SessionKeeper {
  private readonly kept: KeptSession;
  private readonly writer = new SessionWriter();
  private timer: NodeJS.Timeout | undefined;
  private publishing: Promise<void> = Promise.resolve();
  private published: string | undefined;
  private isClosed = false;
  private restMs = SOONEST_MS;

  constructor(kept: KeptSession) {
    this.kept = kept;
  }

  /** To be called after each change; makes nobody wait. */
  changed(): void {
    if (this.timer !== undefined || this.isClosed) return;
    this.timer = setTimeout(() => {
      void this.publish().then(() => {
        this.timer = undefined;
        if (this.kept.journal.end.sum !== this.published) this.changed();
      });
    }, this.restMs);
    // The end of the process waits for nothing but `close`.
    this.timer.unref();
  }

  /** Publishes what is not published yet. The journal is still open. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.publish();
  }

  private publish(): Promise<void> {
    this.publishing = this.publishing.then(async () => {
      const startedAt = performance.now();
      // Nothing to mend: what is there stays, and whoever reads it sees by its place how old it is.
      await this.write().catch(() => undefined);
      this.restMs = Math.max(SOONEST_MS, REST_FOR_WORK * (performance.now() - startedAt));
    });
    return this.publishing;
  }

  private async write(): Promise<void> {
    const { assertOwned, journal, state } = this.kept;
    // In one go: the state is that of the journal's end at this very moment.
    const { end } = journal;
    if (end.sum === this.published) return;
    const text = this.writer.textOf(state, end);
    if (text === undefined) return;
    await journal.flushed();
    await assertOwned();
    await writeFileAtomic(sessionPath(journal.path), text, 0o600);
    this.published = end.sum;
  }
}
