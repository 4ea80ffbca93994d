import type { TraceTask } from "../agentTrace.ts";
import { type DriftSignal, NEVER_CERTAIN, ramp } from "./signal.ts";
import type { Step } from "./steps.ts";

const SECOND = 1_000;
const BUSY = 300 * SECOND;
const SILENT = 540 * SECOND;
/** What the time before a doing counts at most as being busy: beyond that, something was waited for. */
const LONGEST = { call: 20 * SECOND, text: 60 * SECOND };

/**
 * Time since the work last got on. Five minutes of doing something that leads nowhere are a notice, or nine minutes of
 * anything: a test may run for several minutes in silence. Tasks with a long estimate have more. Never certain: idle
 * sessions have a time limit of their own.
 */
export class Standstill implements DriftSignal {
  readonly name = "no progress";
  private readonly busyLimit: number;
  private readonly silentLimit: number;
  private progressAt = 0;
  private lastAt = 0;
  private now = 0;
  private busy = 0;

  constructor({ estimate }: TraceTask) {
    this.busyLimit = Math.max(BUSY, 0.4 * (estimate.milliseconds ?? 0));
    this.silentLimit = Math.max(SILENT, 0.75 * (estimate.milliseconds ?? 0));
  }

  observe({ event, isProgress }: Step): void {
    this.now = event.at;
    if (event.kind === "call" || event.kind === "text") {
      this.busy += Math.min(LONGEST[event.kind], event.at - this.lastAt);
      this.lastAt = event.at;
    }
    if (!isProgress) return;
    this.progressAt = event.at;
    this.busy = 0;
  }

  strength(): number {
    const busy = ramp(this.busy / this.busyLimit, 0.6, 1, 3);
    const silent = ramp((this.now - this.progressAt) / this.silentLimit, 0.7, 1, 3);
    return Math.min(NEVER_CERTAIN, Math.max(busy, silent));
  }

  says(): string {
    return `nothing new and nothing changed for ${Math.round((this.now - this.progressAt) / SECOND)} seconds`;
  }
}
