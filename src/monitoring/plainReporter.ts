import type { ProgressEntry, ProgressStream } from "../core/progress.ts";
import { formatEntry } from "./formatEntry.ts";
import type { ProgressReporter } from "./reporter.ts";

/** One plain line an event, and nothing for snapshots: a log keeps every line it is given. */
export class PlainReporter implements ProgressReporter {
  private readonly stream: ProgressStream;
  private stopped = false;

  constructor(stream: ProgressStream) {
    this.stream = stream;
  }

  log(entry: ProgressEntry): void {
    if (!this.stopped) this.stream.write(`${formatEntry(entry)}\n`);
  }

  update(): void {}

  stop(): void {
    this.stopped = true;
  }
}
