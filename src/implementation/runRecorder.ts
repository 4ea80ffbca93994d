import { EventBus } from "../core/eventBus.ts";
import type { RunEvent } from "../recovery/runEvents.ts";
import type { RunLog } from "../recovery/runLog.ts";
import type { RunState } from "../recovery/runState.ts";

/**
 * The one way anything of a run becomes a fact: first on disk, then told to whoever listens (progress, statuses).
 */
export class RunRecorder {
  readonly events: EventBus<RunEvent>;
  private readonly log: RunLog;

  constructor(log: RunLog, onListenerError: (error: unknown) => void) {
    this.log = log;
    this.events = new EventBus<RunEvent>((error) => onListenerError(error));
  }

  get runId(): string {
    return this.log.runId;
  }

  get state(): RunState {
    return this.log.state;
  }

  /** The commit the track is at: what an attempt starts from and a landing builds on. */
  get head(): string {
    const { head } = this.log.state;
    if (head === undefined) throw new Error("the run has no head before it has started");
    return head;
  }

  async record(event: RunEvent): Promise<void> {
    await this.log.record(event);
    this.events.emit(event);
  }
}
