import type { Clock } from "../core/clock.ts";
import type { ProgressEntry, ProgressStream } from "../core/progress.ts";
import { formatEntry } from "./formatEntry.ts";
import { renderBlock } from "./renderBlock.ts";
import type { ProgressReporter, StartTicker } from "./reporter.ts";
import type { RunSnapshot } from "./runSnapshot.ts";
import { columnsOf } from "./terminalText.ts";

export interface LiveReporterOptions {
  readonly stream: ProgressStream;
  readonly clock: Clock;
  readonly startTicker: StartTicker;
  readonly color: boolean;
}

const REDRAW_INTERVAL_MS = 100;
const COLORS: Readonly<Record<ProgressEntry["level"], string>> = {
  info: "",
  warn: "\u001b[33m",
  error: "\u001b[31m",
};
const RESET = "\u001b[0m";

/**
 * Messages scroll by, and below them a block that is redrawn in place, at most ten times a second; all drawing is done
 * by the ticker, one write a drawing, so that a burst of events cannot make the terminal flicker.
 * The cursor is neither hidden nor left elsewhere: a process that is killed leaves the terminal as usable as before.
 */
export class LiveReporter implements ProgressReporter {
  private readonly options: LiveReporterOptions;
  private readonly stopTicker: () => void;
  private readonly waiting: string[] = [];
  private snapshot: RunSnapshot | undefined;
  /** The block on the screen, without colours. */
  private drawn: readonly string[] = [];
  private stopped = false;

  constructor(options: LiveReporterOptions) {
    this.options = options;
    this.stopTicker = options.startTicker(() => this.draw(), REDRAW_INTERVAL_MS);
  }

  log(entry: ProgressEntry): void {
    if (this.stopped) return;
    const color = this.options.color ? COLORS[entry.level] : "";
    const line = formatEntry(entry);
    this.waiting.push(color === "" ? line : `${color}${line}${RESET}`);
  }

  update(snapshot: RunSnapshot): void {
    this.snapshot = snapshot;
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.stopTicker();
    this.write([]);
  }

  private draw(): void {
    const { stream, clock } = this.options;
    const size = { columns: stream.columns ?? 80, rows: stream.rows ?? 24 };
    const block = this.snapshot ? renderBlock(this.snapshot, clock.now(), size) : [];
    const unchanged = block.length === this.drawn.length && block.every((line, index) => line === this.drawn[index]);
    if (!unchanged || this.waiting.length > 0) this.write(block);
  }

  /** Replaces the block on the screen by the waiting messages and `block` below them. */
  private write(block: readonly string[]): void {
    const lines = [...this.waiting.splice(0), ...block].map((line) => `${line}\n`);
    const text = this.eraseSequence() + lines.join("");
    this.drawn = block;
    if (text !== "") this.options.stream.write(text);
  }

  /** Up to the block's first row and clear from there. A terminal made narrower meanwhile has wrapped the old lines. */
  private eraseSequence(): string {
    const columns = this.options.stream.columns ?? 80;
    const rows = this.drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / columns)), 0);
    return rows === 0 ? "" : `\r\u001b[${rows}A\u001b[J`;
  }
}
