import type { TraceTask } from "../agentTrace.ts";
import { type DriftSignal, NEVER_CERTAIN, ramp } from "./signal.ts";
import type { Step } from "./steps.ts";

/** Lines of a task of which nobody knows how many it takes, and of one that is thought to be tiny. */
const UNKNOWN_LINES = 2_000;
const FEWEST_LINES = 60;
/** A jump this small in files is one generated file and what goes with it. */
const GENERATED_FILES = 2;

/**
 * More files than the scope names, or many times the lines that were thought. The largest single jump in lines does not
 * count where it comes with at most two more files: that is what a generated file looks like. Files are certain at six
 * times those named (and some), lines never.
 */
export class DifferenceOverEstimate implements DriftSignal {
  readonly name = "size of the difference";
  private readonly named: number | undefined;
  private readonly estimate: number;
  private files = 0;
  private lines = 0;
  private largestJump = 0;

  constructor({ files, mayWrite, estimate }: TraceTask) {
    const isOpen = (entry: string) => /[*?[{]/u.test(entry) || mayWrite(`${entry.replace(/\/+$/u, "")}/x`);
    this.named = files.some(isOpen) ? undefined : files.length;
    this.estimate = Math.max(FEWEST_LINES, estimate.lines ?? UNKNOWN_LINES);
  }

  observe({ event }: Step): void {
    if (event.kind !== "difference") return;
    const jump = event.lines - this.lines;
    if (event.files - this.files <= GENERATED_FILES) this.largestJump = Math.max(this.largestJump, jump);
    this.files = event.files;
    this.lines = event.lines;
  }

  strength(): number {
    const grown = Math.max(0, this.lines - this.largestJump) / this.estimate;
    return Math.max(this.byFiles(), Math.min(NEVER_CERTAIN, ramp(grown, 3, 5, 15)));
  }

  says(): string {
    return `the difference has ${this.files} files and ${this.lines} lines, far more than the task needs`;
  }

  private byFiles(): number {
    const { named, files } = this;
    return named === undefined ? 0 : ramp(files, 2 * named + 4, 3 * named + 6, 6 * named + 14);
  }
}

/**
 * Tokens: four times the estimate are a notice, or twice of it since the work last got on. Never certain: estimates of
 * tokens are wide.
 */
export class TokensOverEstimate implements DriftSignal {
  readonly name = "tokens";
  private readonly estimate: number | undefined;
  private total = 0;
  private atProgress = 0;

  constructor({ estimate }: TraceTask) {
    this.estimate = estimate.tokens === undefined || estimate.tokens <= 0 ? undefined : estimate.tokens;
  }

  observe({ event, isProgress }: Step): void {
    if (event.kind === "tokens") this.total = event.total;
    if (isProgress) this.atProgress = this.total;
  }

  strength(): number {
    if (this.estimate === undefined) return 0;
    const all = ramp(this.total / this.estimate, 2.5, 4, 10);
    const idle = ramp((this.total - this.atProgress) / this.estimate, 1, 2, 4);
    return Math.min(NEVER_CERTAIN, Math.max(all, idle));
  }

  says(): string {
    return `${this.total} tokens used, about ${this.estimate} were expected`;
  }
}
