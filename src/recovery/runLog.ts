import { removeUnfinished } from "../core/files.ts";
import { failure, type Result, success } from "../core/result.ts";
import { foldJournal } from "./foldJournal.ts";
import { Journal, type JournalOptions } from "./journal.ts";
import type { RunEvent } from "./runEvents.ts";
import { journalPath } from "./runFolder.ts";
import type { RunProjection, RunState } from "./runState.ts";
import { type RunUnreadable, unreadable } from "./runStore.ts";
import { sessionPath } from "./session/sessionFile.ts";
import { SessionKeeper } from "./session/sessionKeeper.ts";

/**
 * The journal of the run we own together with the state it adds up to: one place to record what happens.
 * An event that cannot follow the ones before it never reaches the disk.
 */
export class RunLog {
  readonly runId: string;
  private readonly journal: Journal;
  private readonly projection: RunProjection;
  private readonly session: SessionKeeper;
  private closing: Promise<void> | undefined;

  private constructor(runId: string, journal: Journal, projection: RunProjection, { assertOwned }: JournalOptions) {
    this.runId = runId;
    this.journal = journal;
    this.projection = projection;
    this.session = new SessionKeeper({ journal, state: projection.state, assertOwned });
  }

  /** Call it only while holding the lock of the run's track. */
  static async open(
    runsDirectory: string,
    runId: string,
    options: JournalOptions,
  ): Promise<Result<RunLog, RunUnreadable>> {
    const folded = await foldJournal(journalPath(runsDirectory, runId));
    if (!folded.ok) return failure(unreadable(runId, folded.failure));
    const { content, projection } = folded.value;
    await removeUnfinished(sessionPath(content.path));
    return success(new RunLog(runId, await Journal.open(content, options), projection, options));
  }

  /** A live view: it already holds what `record` was called with, also before that is on disk. */
  get state(): RunState {
    return this.projection.state;
  }

  /**
   * Resolves once the event is on disk; what depends on it (a side effect, a message to the user) comes after.
   * Rejects with `JournalWriteError`, or, for an event that cannot follow, with an error that is a bug of the caller.
   */
  async record(event: RunEvent): Promise<void> {
    const applied = this.projection.apply(event);
    if (!applied.ok) throw new Error(`Run ${this.runId}: ${applied.failure.message}`);
    await this.journal.append(event);
    this.session.changed();
  }

  /** Again it does nothing more: a command that fails while another run takes over does not know who has closed it. */
  close(): Promise<void> {
    this.closing ??= this.session.close().then(() => this.journal.close());
    return this.closing;
  }
}
