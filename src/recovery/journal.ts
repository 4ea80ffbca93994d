import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../core/clock.ts";
import { syncDirectory } from "../core/files.ts";
import { messageOf, Refusal } from "../core/refusal.ts";
import { encodeRecord, type JournalPlace } from "./journalRecord.ts";
import { type JournalContent, lastEpoch } from "./readJournal.ts";

export interface JournalOptions {
  readonly clock: Clock;
  /** The lock's epoch: each ownership of the run has a higher one. */
  readonly epoch: number;
  /** Rejects when the run is no longer ours; asked after each record is on disk (`Lock.assertOwned`). */
  readonly assertOwned: () => Promise<void>;
}

/** A record could not be brought to disk, or is not ours to write; nothing more can be written here: the command ends. */
export class JournalWriteError extends Refusal {
  override readonly name = "JournalWriteError";
}

/**
 * The writer of a run's journal: append only, one record a line, each on disk before its `append` resolves.
 * It knows nothing of what the events mean, and does not lock: its owner does.
 *
 * Every opening writes to a file (inode) of its own: the content is copied and renamed into place. So an earlier owner
 * that was taken for dead and wakes up in the middle of a write, writes to a file that has no name any more.
 */
export class Journal {
  readonly path: string;
  private readonly handle: FileHandle;
  private readonly options: JournalOptions;
  private readonly epoch: number;
  private last: JournalPlace;
  private queue: Promise<unknown> = Promise.resolve();
  private broken: JournalWriteError | undefined;

  private constructor(handle: FileHandle, content: JournalContent, options: JournalOptions) {
    this.path = content.path;
    this.handle = handle;
    this.options = options;
    // The lock's count can have been lost (deleted, an old copy put back); a journal's epoch never falls.
    this.epoch = Math.max(options.epoch, lastEpoch(content));
    this.last = content.end;
  }

  /**
   * Goes on with a journal, whose folder exists, after its last record; makes it if there is none. A torn last line is
   * cut off and kept in `<path>.torn`. Its content has to have been read while holding the run's lock, as it is now.
   */
  static async open(content: JournalContent, options: JournalOptions): Promise<Journal> {
    const { intact, path, torn } = content;
    if (torn.length > 0) await keepAside(`${path}.torn`, torn);
    return new Journal(await replaceByOwnCopy(path, intact, options.epoch), content, options);
  }

  /** After the last record that was appended, perhaps not on disk yet. */
  get end(): JournalPlace {
    return this.last;
  }

  /**
   * Records `event` (plain JSON data, as it is at this moment) and resolves once it is on disk. Records keep the order
   * of the calls. Rejects with `JournalWriteError`; from then on every append does.
   */
  append(event: object): Promise<void> {
    // Numbered and chained here, in the order of the calls: a write that fails breaks the journal, so no gap can follow.
    const seq = this.last.seq + 1;
    const { line, sum } = encodeRecord(
      { seq, time: this.options.clock.now(), epoch: this.epoch, event },
      this.last.sum,
    );
    this.last = { seq, sum };
    const written = this.queue.then(() => this.write(line));
    this.queue = written.catch(() => undefined);
    return written;
  }

  /** Resolves once everything appended so far is on disk; rejects as the append did that failed. */
  async flushed(): Promise<void> {
    await this.queue;
    if (this.broken) throw this.broken;
  }

  /** Waits for the appends under way, then lets go of the file. */
  async close(): Promise<void> {
    await this.queue;
    this.broken ??= new JournalWriteError(`The journal ${this.path} is closed.`);
    await this.handle.close();
  }

  /**
   * One write and one fdatasync a record: after a power cut at most the last line can be torn, whatever order the disk
   * wrote its pages in. Ownership is asked after the sync, not before: a new owner reads the journal only after it took
   * the lock, so what was on disk while the lock was still ours is what the new owner sees.
   */
  private async write(line: string): Promise<void> {
    if (this.broken) throw this.broken;
    try {
      await this.handle.appendFile(line);
      await this.handle.datasync();
      await this.options.assertOwned();
    } catch (error) {
      this.broken = new JournalWriteError(
        `The run's journal ${this.path} cannot be written: ${messageOf(error)}. ` +
          "The run has stopped; once that is mended, the same command goes on from the last record.",
        { cause: error },
      );
      throw this.broken;
    }
  }
}

async function keepAside(path: string, torn: Buffer): Promise<void> {
  const handle = await open(path, "a", 0o600);
  try {
    await handle.appendFile(Buffer.concat([torn, Buffer.from("\n")]));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function replaceByOwnCopy(path: string, content: Buffer, epoch: number): Promise<FileHandle> {
  // Whoever opens holds the lock, so a file of this name can only be what a crash left.
  const copy = `${path}.epoch-${epoch}.tmp`;
  await rm(copy, { force: true });
  const handle = await open(copy, "ax", 0o600);
  try {
    await handle.appendFile(content);
    await handle.sync();
    await rename(copy, path);
    await syncDirectory(dirname(path));
    return handle;
  } catch (error) {
    await handle.close();
    await rm(copy, { force: true });
    throw error;
  }
}
