import { realpath, stat } from "node:fs/promises";
import { readBoundedFile } from "../core/boundedFile.ts";
import { removeUnfinished, writeFileAtomic } from "../core/files.ts";
import { shownPath } from "../core/paths.ts";
import { messageOf } from "../core/refusal.ts";
import { failure, type Result, success } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Backlog, Task, TaskStatus } from "../types.ts";
import { appendTasks } from "./appendTasks.ts";
import { type BacklogDocument, MAX_BACKLOG_BYTES, parseBacklogDocument, tooLarge } from "./backlogDocument.ts";
import { type CompiledBacklog, compileBacklog } from "./compileBacklog.ts";
import type { Diagnostic, Diagnostics } from "./diagnostics.ts";
import type { RepositoryFacts } from "./repositoryFacts.ts";
import { StatusText } from "./statusText.ts";
import { readyTasks } from "./taskGraph.ts";

export interface BacklogStats {
  readonly total: number;
  readonly byStatus: Readonly<Record<TaskStatus, number>>;
}

/** What was added to a file. */
export interface AddedTasks {
  /** As they are read from the file, in the order of work. */
  readonly tasks: readonly Task[];
  /** The whole file. */
  readonly text: string;
}

/**
 * A BACKLOG.yaml in use: its tasks as they were when it was loaded or added, and their statuses, which are written back
 * into the file as they change. Everything else in the file belongs to people, who may edit it at any time. Such an edit stays and takes effect at the next load. The file is a projection of the journal, so a status that
 * cannot be written now (the file is half edited, or gone) is kept and goes out with the next one.
 */
export class BacklogManager {
  /** What the compiler says without refusing. */
  readonly warnings: Diagnostics;
  /** Tasks that have checks, none of which can fail. */
  readonly unprovenTasks: ReadonlySet<string>;
  /** The whole file as it was loaded. */
  readonly loadedText: string;
  private readonly path: string;
  private readonly file: string;
  private readonly statuses: Map<string, TaskStatus>;
  private loaded: Backlog;
  private readonly unwritten = new Set<string>();
  private readonly document: BacklogDocument;
  /** The text as it was last written; undefined: not since it was loaded. */
  private written: StatusText | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(path: string, file: string, compiled: CompiledBacklog) {
    this.path = path;
    this.file = file;
    this.loaded = compiled.backlog;
    this.loadedText = compiled.document.text;
    this.warnings = compiled.warnings;
    this.unprovenTasks = compiled.unprovenTasks;
    this.document = compiled.document;
    this.statuses = new Map(this.loaded.tasks.map((task) => [task.id, task.status]));
  }

  /** `path` is absolute; messages name it as seen from the repository's root. */
  static async load(
    path: string,
    options: { readonly repositoryRoot: string; readonly facts?: RepositoryFacts | undefined },
  ): Promise<Result<BacklogManager, Diagnostics>> {
    const file = shownPath(options.repositoryRoot, path);
    const bytes = await readBacklogFile(path, file);
    if (!bytes.ok) return bytes;
    const compiled = compileBacklog(file, bytes.value, options.facts);
    return compiled.ok ? success(new BacklogManager(path, file, compiled.value)) : compiled;
  }

  /** The backlog as loaded, with the statuses of now. */
  get backlog(): Backlog {
    return { ...this.loaded, tasks: this.loaded.tasks.map((task) => ({ ...task, status: this.statusOf(task) })) };
  }

  getReadyTasks(): readonly Task[] {
    return readyTasks(this.backlog.tasks);
  }

  getStats(): BacklogStats {
    const byStatus = { pending: 0, in_progress: 0, awaiting_input: 0, complete: 0, failed: 0, skipped: 0 };
    for (const task of this.loaded.tasks) byStatus[this.statusOf(task)]++;
    return { total: this.loaded.tasks.length, byStatus };
  }

  /**
   * Sets a status, at once for readers of this object and then in the file. Calls are carried out one after the other.
   * A failure means: not in the file yet. Throws for an id that was not loaded.
   */
  updateTaskStatus(id: string, status: TaskStatus): Promise<Result<undefined, Diagnostics>> {
    if (!this.statuses.has(id)) throw new Error(`No task ${id} in ${this.file}`);
    this.statuses.set(id, status);
    this.unwritten.add(id);
    return this.save();
  }

  /** Writes the statuses that are not in the file yet; does nothing when there are none. */
  save(): Promise<Result<undefined, Diagnostics>> {
    const result = this.queue.then(() => this.writeStatuses());
    this.queue = result;
    return result;
  }

  /**
   * Adds tasks after the last one of the file as it is now, all of them or none: the whole is compiled before it is
   * written, and the failure is what the compiler has against it. Statuses that wait to be written go out with them.
   *
   * @param note a comment for people above the tasks, in one line
   */
  addTasks(
    tasks: readonly Task[],
    options: { readonly note: string; readonly facts?: RepositoryFacts | undefined },
  ): Promise<Result<AddedTasks, Diagnostics>> {
    const result = this.queue.then(() => this.append(tasks, options));
    this.queue = result;
    return result;
  }

  /** Clears away what a process left beside the file that was killed while it wrote it: the folder is a person's. */
  async clearUnfinished(): Promise<void> {
    await removeUnfinished(await realpath(this.path));
  }

  private async append(
    tasks: readonly Task[],
    { note, facts }: { readonly note: string; readonly facts?: RepositoryFacts | undefined },
  ): Promise<Result<AddedTasks, Diagnostics>> {
    const current = await this.readCurrent();
    if (!current.ok) return current;
    const document = parseBacklogDocument(this.file, Buffer.from(this.withUnwritten(current.value).text, "utf8"));
    if (!document.ok) return document;
    const text = appendTasks(document.value, tasks, note);
    if (text === undefined) return failure([problem(this.file, "the file has no list of tasks any more")]);
    const compiled = compileBacklog(this.file, Buffer.from(text, "utf8"), facts);
    if (!compiled.ok) return compiled;
    try {
      await this.replaceFile(text);
    } catch (error) {
      return failure([problem(this.file, `the new tasks could not be written: ${messageOf(error)}`)]);
    }
    const ids = new Set(tasks.map((task) => task.id));
    const added = compiled.value.backlog.tasks.filter((task) => ids.has(task.id));
    // Not the whole file: an edit of a person's takes effect at the next load.
    this.loaded = { ...this.loaded, tasks: [...this.loaded.tasks, ...added] };
    for (const task of added) this.statuses.set(task.id, task.status);
    const written = statusTextOf(compiled.value.document);
    this.written = written;
    for (const id of [...this.unwritten]) if (written.has(id)) this.settle(id, written);
    return success({ tasks: added, text });
  }

  private withUnwritten(current: StatusText): StatusText {
    let next = current;
    for (const id of this.unwritten) next = next.withStatus(id, this.statuses.get(id) ?? "pending");
    return next;
  }

  private async writeStatuses(): Promise<Result<undefined, Diagnostics>> {
    if (this.unwritten.size === 0) return success(undefined);
    const current = await this.readCurrent();
    if (!current.ok) return current;
    const ids = [...this.unwritten];
    const next = this.withUnwritten(current.value);
    try {
      if (next.text !== current.value.text) await this.replaceFile(next.text);
    } catch (error) {
      return failure([problem(this.file, `the statuses could not be written: ${messageOf(error)}`)]);
    }
    this.written = next;
    const missing = ids.filter((id) => !next.has(id));
    // A status that changed while the file was written is still to be written: only what is in the file is done.
    for (const id of ids) if (!missing.includes(id)) this.settle(id, next);
    return missing.length === 0
      ? success(undefined)
      : failure(missing.map((id) => ({ ...problem(this.file, "the task is no longer in the file"), task: id })));
  }

  private settle(id: string, written: StatusText): void {
    if (written.withStatus(id, this.statuses.get(id) ?? "pending").text === written.text) this.unwritten.delete(id);
  }

  /** What the file holds now: as we left it, or a person's edit with our statuses to be set in it. */
  private async readCurrent(): Promise<Result<StatusText, Diagnostics>> {
    const bytes = await readBacklogFile(this.path, this.file);
    if (!bytes.ok) return bytes;
    const known = this.written?.text ?? this.loadedText;
    if (bytes.value.equals(Buffer.from(known, "utf8"))) return success(this.written ?? statusTextOf(this.document));
    const document = parseBacklogDocument(this.file, bytes.value);
    return document.ok ? success(statusTextOf(document.value)) : document;
  }

  /** The file may be a symbolic link: what it points to is replaced, with the permissions it has. */
  private async replaceFile(text: string): Promise<void> {
    const target = await realpath(this.path);
    const { mode } = await stat(target);
    await writeFileAtomic(target, text, mode & 0o777);
  }

  private statusOf(task: Task): TaskStatus {
    return this.statuses.get(task.id) ?? task.status;
  }
}

function statusTextOf({ text, yaml }: BacklogDocument): StatusText {
  return StatusText.from(text, yaml);
}

async function readBacklogFile(path: string, file: string): Promise<Result<Buffer, Diagnostics>> {
  const read = await readBoundedFile(path, MAX_BACKLOG_BYTES);
  if (read.ok) return read;
  switch (read.failure.reason) {
    case "missing": {
      const suggestion = "make one with the backlog command, or name another with --backlog_file";
      return failure([{ ...problem(file, "there is no such file"), suggestion }]);
    }
    case "too_large":
      return tooLarge(file, read.failure.bytes);
    case "not_a_file":
    case "unreadable":
      return failure([problem(file, `the file cannot be read: ${read.failure.message}`)]);
    default:
      return unreachable(read.failure);
  }
}

function problem(file: string, message: string): Diagnostic {
  return { kind: "file", severity: "error", file, line: 1, column: 1, message };
}
