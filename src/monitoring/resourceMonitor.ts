import type { Clock } from "../core/clock.ts";
import {
  afterReading,
  describePause,
  NOTHING_SEEN,
  type ResourceReading,
  type ResourceState,
} from "./resourceState.ts";

export interface ResourceMonitorOptions {
  readonly read: () => Promise<ResourceReading>;
  readonly clock: Clock;
}

const EVERY_MS = 3_000;
/** O16. Nothing heard for so long: as if nothing could be read. */
const SILENT_MS = 30_000;

/**
 * O1. Looks at the machine every 3 s between `start` and `stop`, and says whether it can bear more work. It stops and
 * starts no task, and keeps no process alive. Load that our own tasks cause counts like any other.
 */
export class ResourceMonitor {
  private readonly options: ResourceMonitorOptions;
  private state: ResourceState = NOTHING_SEEN;
  private seenAt = 0;
  private isReading = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ResourceMonitorOptions) {
    this.options = options;
  }

  start(): void {
    if (this.timer !== undefined) return;
    this.seenAt = this.options.clock.now();
    this.timer = setInterval(() => void this.look(), EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Takes one reading; the timer does the same. One that fails or is still under way is no reading. */
  async look(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    const reading = await this.options.read().catch(() => UNREADABLE);
    this.isReading = false;
    this.seenAt = this.options.clock.now();
    this.state = afterReading(this.state, reading, this.seenAt);
  }

  /** Why no more than one task should run at once now, in words; undefined: nothing speaks against more. */
  whyPaused(): string | undefined {
    if (this.options.clock.now() - this.seenAt > SILENT_MS) return "its load has not been seen for 30 s";
    return describePause(this.state);
  }
}

const UNREADABLE: ResourceReading = { cpu: undefined, memory: undefined, diskFree: undefined };
